import { Page } from '../page/page.tsx';

export const Pictures = () => (
  <Page title="Pictures" operation={{ document: '{ liveCursor }', variables: {} }}>
    <p>Coming.</p>
  </Page>
);
