import { expect, it } from 'vitest';
import { addressesOf } from './system.ts';

const state = { name: 'state', url: 'http://127.0.0.1:8006' };
const gateway = { name: 'gateway', url: 'http://127.0.0.1:8010' };

it('tells where the graph is asked', () => {
  expect(addressesOf([state, gateway])).toEqual([
    '  state           http://127.0.0.1:8006',
    '  gateway         http://127.0.0.1:8010',
    '',
    '  Studio          http://127.0.0.1:8010/studio/',
    '  GraphQL         http://127.0.0.1:8010/graphql',
    '  GraphiQL        http://127.0.0.1:8010/graphiql',
    '  REST API        http://127.0.0.1:8010/api',
  ]);
});

it('names no address of a gateway that is not among the services of this process', () => {
  expect(addressesOf([state])).toEqual(['  state           http://127.0.0.1:8006']);
});
