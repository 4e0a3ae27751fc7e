import { expect, test } from 'vitest';
import { builtPageContract } from '../pages/built-page.contract.ts';
import { pageUnderTest } from '../pages/built-page.fixture.ts';
import { graphiqlRoutes } from './routes.ts';

const page = pageUnderTest('/graphiql', (app, options) => app.register(graphiqlRoutes, options));
builtPageContract(page);

test('the settings hold the token and the examples in order', async () => {
  const { token, operations } = (await page.config()) as {
    token: string;
    operations: { name: string; variables: { input: { schemaId: string } } }[];
  };
  expect(token).toBe('a.b.c');
  expect(operations.map(({ name }) => name)).toEqual([
    'CreateDraft',
    'Blobs',
    'Book',
    'CompileBook',
    'BlobChanged',
    'Lineage',
  ]);
  expect(operations[0]?.variables.input.schemaId).toBe('text-input-v1');
});

test('its policy lets the editor write its styles, and run its workers', async () => {
  expect(await page.policy()).toMatchObject({
    'worker-src': "'self'",
    'style-src': "'self' 'unsafe-inline'",
    'connect-src': "'self'",
  });
});
