import { expect, test } from 'vitest';
import { createHttpServer } from '../../platform/serving/http/http.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { builtPageContract } from '../pages/built-page.contract.ts';
import { pageUnderTest } from '../pages/built-page.fixture.ts';
import type { GraphiqlConfig } from './config.ts';
import { graphiqlRoutes, storySteps } from './routes.ts';

const page = pageUnderTest('/graphiql', (app, options) => app.register(graphiqlRoutes, options));
builtPageContract(page);

test('the settings hold the token and the steps of the story in order', async () => {
  const config = (await page.config()) as unknown as GraphiqlConfig;
  expect(config.token).toBe('a.b.c');
  const names = config.story.map(({ name }) => name);
  expect(names).toEqual((await storySteps()).map(({ name }) => name));
  expect([names[0], names.at(-1)]).toEqual(['CreateDraft', 'DeleteBook']);
  expect(config.story[0]).toMatchObject({
    kind: 'mutation',
    sentences: expect.stringMatching(/^A draft is stored: .* same blob\.$/),
    variables: { input: { schemaId: 'text-input-v1' } },
  });
});

test('the page for writers is linked to where it is served', async () => {
  expect(await page.config()).toMatchObject({ studio: null });
  const other = createHttpServer({ logger: createLogger('silent') });
  await other.register(graphiqlRoutes, { token: async () => null });
  other.get('/studio/', async () => '');
  expect((await other.inject('/graphiql/config.json')).json().studio).toBe('/studio/');
  await other.close();
});

test('its policy lets the editor write its styles, and run its workers', async () => {
  expect(await page.policy()).toMatchObject({
    'worker-src': "'self'",
    'style-src': "'self' 'unsafe-inline'",
    'connect-src': "'self'",
  });
});
