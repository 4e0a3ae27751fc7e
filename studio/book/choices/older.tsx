import { Button } from '../../design/controls/button.tsx';
import type { Pages } from '../../graph/use-pages.ts';

export interface OlderProps {
  readonly pages: Pick<Pages<unknown>, 'showOlder' | 'isLoadingOlder'>;
  /** Of what is shown; undefined until it is read. */
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null } | undefined;
}

/** Has the page behind what is shown read, where there is one. */
export const Older = ({ pages, pageInfo }: OlderProps) =>
  pageInfo?.hasNextPage ? (
    <Button kind="quiet" busy={pages.isLoadingOlder} onClick={() => void pages.showOlder(pageInfo.endCursor)}>
      Show older ones
    </Button>
  ) : null;
