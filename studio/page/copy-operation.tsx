import { useId } from 'react';
import { Button } from '../design/controls/button.tsx';
import { useTell } from '../design/states/toasts.tsx';
import { curlOf, graphiqlOf, laidOut, type SentOperation } from '../graph/operation.ts';
import { useConfig } from '../session/config.ts';
import css from './page.module.css';

/** Copies the operation behind what is shown, as GraphQL or curl, and opens it in GraphiQL. */
export function CopyOperation({ operation }: { readonly operation: SentOperation }) {
  const [id, tell, { graphiql }] = [useId(), useTell(), useConfig()];
  const copy = async (what: string, text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      tell(`Copied as ${what}.`);
    } catch {
      tell('The browser does not let this page copy.', true);
    }
    document.getElementById(id)?.hidePopover();
  };
  return (
    <div className={css['copy']}>
      <Button kind="quiet" popoverTarget={id} title="The operation behind this view">
        <span aria-hidden="true">{'{ }'}</span> Copy as
      </Button>
      <div id={id} popover="auto" className={css['menu']}>
        <Button kind="quiet" onClick={() => void copy('GraphQL', laidOut(operation.document))}>
          Copy as GraphQL
        </Button>
        <Button kind="quiet" onClick={() => void copy('curl', curlOf(operation))}>
          Copy as curl
        </Button>
        {graphiql ? (
          <a className={css['open']} href={graphiqlOf(operation)} target="_blank" rel="noopener">
            Open in GraphiQL
          </a>
        ) : null}
      </div>
    </div>
  );
}
