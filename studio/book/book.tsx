import { Page } from '../page/page.tsx';

export const Book = ({ id }: { readonly id: string }) => (
  <Page title={id} operation={{ document: '{ liveCursor }', variables: {} }}>
    <p>Coming.</p>
  </Page>
);
