import { Page } from '../page/page.tsx';

export const Lineage = ({ id, bookId }: { readonly id?: string; readonly bookId?: string }) => (
  <Page title={id ?? bookId ?? ''} operation={{ document: '{ liveCursor }', variables: {} }}>
    <p>Coming.</p>
  </Page>
);
