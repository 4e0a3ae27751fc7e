import { Page } from '../page/page.tsx';

export const Write = ({ id }: { readonly id?: string }) => (
  <Page title={id ?? 'Write'} operation={{ document: '{ liveCursor }', variables: {} }}>
    <p>Coming.</p>
  </Page>
);
