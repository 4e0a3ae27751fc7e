import { expect, it } from 'vitest';
import type { ToldFetch, ToldPlan } from '../../../planning/plan/told-plan.ts';
import { planText, summaryOf } from './text.ts';

const fetch = (serviceName: string, operation: string | null, more: Partial<ToldFetch> = {}): ToldFetch => ({
  ...{ kind: 'Fetch', serviceName, operationKind: 'query', variableUsages: [], operation },
  ...more,
});
const requires = [
  {
    kind: 'InlineFragment',
    typeCondition: 'UserBlob',
    selections: [
      { kind: 'Field', name: '__typename' },
      { kind: 'Field', name: 'owner', selections: [{ kind: 'Field', name: 'id' }] },
    ],
  },
] as const;

it('tells order, services, places, keys and operations', () => {
  const told: ToldPlan = {
    plan: {
      kind: 'Sequence',
      nodes: [
        fetch('state', '{blobs{nodes{id}}}'),
        {
          kind: 'Parallel',
          nodes: [
            {
              kind: 'Flatten',
              path: ['blobs', 'nodes', '@', ['A', 'B']],
              node: fetch('books', '{a}', { requires }),
            },
            { kind: 'Flatten', path: ['blobs'], node: fetch('texts', '{b}') },
          ],
        },
      ],
    },
  };
  expect(planText(told)).toBe(`3 fetches from 3 services, in 2 rounds.

One after another
  Fetch from state
    {
      blobs {
        nodes {
          id
        }
      }
    }
  At the same time
    Fetch from books at blobs.nodes.@.[A|B]
      keys { ... on UserBlob { __typename owner { id } } }
      {
        a
      }
    Fetch from texts at blobs
      {
        b
      }
`);
});

it('tells a subscription', () => {
  const primary = fetch('events', 'subscription{a}');
  expect(planText({ plan: { kind: 'Subscription', primary, rest: fetch('state', 'not GraphQL') } })).toBe(
    `2 fetches from 2 services, in 2 rounds.

For each event
  Fetch from events
    subscription {
      a
    }
  Fetch from state
    not GraphQL
`,
  );
});

it('tells what is told first, and what later', () => {
  const deferred = [
    { label: '1', path: ['blob', 'content'], node: fetch('texts', 'not GraphQL') },
    { label: '2', path: [] },
  ];
  const plan = { kind: 'Defer', primary: fetch('state', 'nor this'), deferred } as const;
  expect(planText({ plan })).toBe(`2 fetches from 2 services, in 2 rounds.

Told first
  Fetch from state
    nor this
Told later (1) at blob.content
  Fetch from texts
    not GraphQL
Told later (2): with what is there
`);
});

it('says what it cannot show', () => {
  expect(summaryOf({ plan: null })).toContain('Nothing has to be fetched');
  expect(summaryOf({ plan: null, planIsTruncated: true })).toContain('too large');
  expect(planText({ plan: fetch('state', null), planIsTruncated: true })).toBe(
    '1 fetch from 1 service, in 1 round. Its operations are too long to be shown.\n\nFetch from state\n',
  );
});
