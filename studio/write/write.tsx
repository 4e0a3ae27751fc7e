import { Page } from '../page/page.tsx';

export const Write = ({ id }: { readonly id?: string | undefined }) => (
  <Page title={id ?? 'Write'} operation={{ document: '{ liveCursor }', variables: {} }}>
    <p>Coming.</p>
  </Page>
);
