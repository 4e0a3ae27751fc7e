import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { composeFiles } from './compose.ts';
import { readSubgraphs } from './project.ts';

const summary = {
  name: 'zz-summary',
  url: 'http://127.0.0.1:8099/graphql',
  port: 8099,
  folder: 'subgraphs/zz-summary',
  sdlFile: 'subgraphs/zz-summary/schema.graphql',
  isProcessor: true,
};
const settings = { shape: { ZZ_SENTENCES: {} } };

it('makes a processor a service that the gateway waits for, with its own settings', () => {
  const files = composeFiles([...readSubgraphs(), summary], [{ id: 'zz-summary', settings }]);
  const [compose, cluster] = files.map(([, text]) => parse(text, { merge: true }).services);
  expect(compose['zz-summary']).toMatchObject({
    command: ['node', 'dist/cli/start-service.js', 'zz-summary'],
    expose: ['8099'],
    environment: {
      NODE_ENV: compose.state.environment.NODE_ENV,
      ZZ_SENTENCES: expect.stringContaining('ZZ_SENTENCES'),
      ZZ_SUMMARY_KEY: expect.stringContaining('ZZ_SUMMARY_KEY'),
    },
    volumes: compose.state.volumes,
  });
  for (const variable of ['ZZ_SENTENCES', 'ZZ_SUMMARY_KEY'])
    expect(compose.state.environment).not.toHaveProperty(variable);
  // No service has the private key of another.
  expect(Object.keys(compose['zz-summary'].environment).filter((name) => /_KEY(_FILE)?$/.test(name))).toEqual(
    expect.not.arrayContaining(['STATE_KEY', 'GATEWAY_KEY', 'STATE_KEY_FILE']),
  );
  expect(compose.gateway.environment).toHaveProperty('ZZ_SUMMARY_URL', 'http://zz-summary:8099');
  expect(compose.gateway.depends_on).toHaveProperty('zz-summary', { condition: 'service_healthy' });
  expect(cluster['zz-summary']).toEqual(cluster.state);
});

it('contains nothing of a removed service', () => {
  const left = readSubgraphs().filter(({ name }) => name !== 'events');
  for (const [, text] of composeFiles(left, [])) expect(text).not.toMatch(/\bevents:|EVENTS_URL/);
});
