import { Page } from '../page/page.tsx';

export const Run = () => (
  <Page title="Run" operation={{ document: '{ liveCursor }', variables: {} }}>
    <p>Coming.</p>
  </Page>
);
