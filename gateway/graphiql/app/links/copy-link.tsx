import { pick, ToolbarButton, useGraphiQL } from '@graphiql/react';
import { writeLink } from '../../link.ts';
import { LinkIcon } from '../parts/icons.tsx';
import { useCopy } from '../parts/use-copy.ts';

/** A button of the toolbar: copies a link that opens the operation with its variables, and nothing of its headers. */
export function CopyLink() {
  const { queryEditor, variableEditor } = useGraphiQL(pick('queryEditor', 'variableEditor'));
  const { label, copy, putBack } = useCopy('Copy a link to this operation', 'The link is copied');
  const copyLink = () => {
    const link = writeLink({
      query: queryEditor?.getValue() ?? '',
      variables: variableEditor?.getValue() ?? '',
    });
    void copy(location.origin + location.pathname + link);
  };
  return (
    <ToolbarButton label={label} onClick={copyLink} onBlur={putBack}>
      <LinkIcon className="graphiql-toolbar-icon" aria-hidden="true" />
    </ToolbarButton>
  );
}
