import { pick, ToolbarButton, useGraphiQL } from '@graphiql/react';
import { useState } from 'react';
import { writeLink } from '../../link.ts';
import { LinkIcon } from '../parts/icons.tsx';

const LABEL = 'Copy a link to this operation';

/** A button of the toolbar: copies a link that opens the operation with its variables, and nothing of its headers. */
export function CopyLink() {
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  const [label, setLabel] = useState(LABEL);
  const copy = async () => {
    const link = writeLink({
      query: queryEditor?.getValue() ?? '',
      variables: variableEditor?.getValue() ?? '',
    });
    try {
      await navigator.clipboard.writeText(location.origin + location.pathname + link);
      setLabel('The link is copied');
    } catch {
      // Pages that did not come over TLS have no clipboard.
      setLabel('The browser does not let this page copy');
    }
  };
  return (
    <ToolbarButton label={label} onClick={copy} onBlur={() => setLabel(LABEL)}>
      <LinkIcon className="graphiql-toolbar-icon" aria-hidden="true" />
    </ToolbarButton>
  );
}
