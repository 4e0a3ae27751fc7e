import { Page } from '../page/page.tsx';

export const Shelf = () => (
  <Page title="Shelf" operation={{ document: '{ liveCursor }', variables: {} }}>
    <p>Coming.</p>
  </Page>
);
