import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { toChangeEntry } from '../changes/change.ts';
import type { EventKind } from '../events/events.ts';
import { fromWritten, toWritten } from '../events/written.ts';
import { projectFile } from '../process/paths.ts';
import { blobMessage } from '../testing/events.ts';
import { declaredSubscriptions } from './declared.ts';
import { DeclarationFault } from './sdl.ts';

const supergraph = readFileSync(projectFile('gateway/supergraph.graphql'), 'utf8');
const subgraph = readFileSync(projectFile('subgraphs/events/schema.graphql'), 'utf8');

function changeOf(id: string, kind: EventKind = 'created', body: object = {}) {
  const message = blobMessage(id, 3, { kind, body });
  const position = { epoch: 'e', sequence: 7 };
  return toChangeEntry({ ...message, position, publishedAt: new Date(0) }).change;
}

const blobChangedIn = (sdl: string) => {
  const found = declaredSubscriptions(parse(sdl)).get('blobChanged');
  if (!found) throw new Error('There is no such field');
  return found;
};

test('a supergraph declares what its subgraph does', () => {
  const [ofAll, ofOne] = [supergraph, subgraph].map((sdl) => declaredSubscriptions(parse(sdl)));
  expect([...(ofAll?.keys() ?? [])]).toEqual([...(ofOne?.keys() ?? [])]);
  for (const [field, declared] of ofOne ?? []) {
    for (const kind of ['created', 'indexed', 'deleted'] as const) {
      const change = changeOf('b', kind, { book_id: 'novel' });
      expect(ofAll?.get(field)?.payload(change)).toEqual(declared.payload(change));
    }
  }
});

test.each([
  ['created', 'CREATED'],
  ['indexed', 'DERIVED'],
  ['processing', 'PROCESSING'],
  ['retried', 'PROCESSING'],
  ['completed', 'COMPLETED'],
  ['failed', 'FAILED'],
  ['deleted', 'DELETED'],
] as const)('blobChanged tells of blob.%s as %s', (kind, told) => {
  const change = changeOf('b', kind);
  expect(blobChangedIn(supergraph).payload(change)).toEqual({
    cursor: change.cursor,
    kind: told,
    blobId: 'b',
    version: 3,
    occurredAt: '2026-01-31T12:00:00.000Z',
    blob: kind === 'deleted' ? null : { id: 'b' },
  });
});

test.each([
  [{ filter: { blobId: 'b' } }, ['b']],
  [{ filter: { bookId: 'novel' } }, ['c', 'e']],
  [{ filter: { parentId: 'p2' } }, ['d']],
  [{ filter: { bookId: 'novel', parentId: 'p1' } }, ['e']],
  [{ filter: { blobId: null, bookId: null } }, ['a', 'b', 'c', 'd', 'e']],
  [{ filter: null }, ['a', 'b', 'c', 'd', 'e']],
  [{}, ['a', 'b', 'c', 'd', 'e']],
])('the arguments %j let through what they name', (args, expected) => {
  const { passes } = blobChangedIn(supergraph).wanted(args);
  const changes = [
    changeOf('a'),
    changeOf('b'),
    changeOf('c', 'created', { book_id: 'novel' }),
    changeOf('d', 'indexed', { source_ids: ['p1', 'p2'] }),
    changeOf('e', 'indexed', { book_id: 'novel', source_ids: ['p1'] }),
  ];
  expect(changes.filter(passes).map(({ id }) => id)).toEqual(expected);
});

test('a cursor is taken as it is given', () => {
  const { after } = blobChangedIn(supergraph);
  expect([after({ after: 'x' }), after({ after: null }), after({})]).toEqual(['x', null, null]);
});

test('what is announced is declared without cursors, and told by its members', () => {
  const sdl = readFileSync(projectFile('gateway/supergraph.graphql'), 'utf8');
  const declared = declaredSubscriptions(parse(sdl)).get('expansionProgress');
  const run = { blob_id: 'draft', processor_id: 'text-expansion', attempt: 1, generation: 0 };
  const text = { section: 1, sections: 2, title: null, offset: 4, added: 'rain' };
  const { time: occurredAt, members = {} } = fromWritten(toWritten(run, text, new Date(0))) ?? {};
  const announced = { event: 'run.written', occurredAt: occurredAt ?? new Date(), members } as const;
  const told = { blobId: 'draft', processorId: 'text-expansion', attempt: 1, ...text };
  expect(declared?.payload(announced)).toEqual(told);
  expect(declared?.isAnnounced).toBe(true);
  const passes = (args: object) => declared?.wanted({ ...args }).passes(announced);
  expect([{}, { blobId: 'draft' }, { blobId: 'other' }].map(passes)).toEqual([true, true, false]);
});

test('events without what a non-null field stands for are not told', () => {
  const declared = declaredSubscriptions(
    parse(sdlOf({ payload: 'run: ID! @event(member: "run.processor_id")' })),
  );
  const { passes } = declared.get('f')?.wanted({}) ?? {};
  const run = { processor_id: 'text-expansion', state: 'FAILED', attempt: 1 };
  expect(passes?.(changeOf('b', 'failed'))).toBe(false);
  expect(passes?.(changeOf('b', 'failed', { run }))).toBe(true);
});

const LINK = '@link(url: "https://specs.blobgraph.dev/events/v1.0", import: ["@events", "@event"])';

interface Parts {
  readonly subjects?: string;
  readonly args?: string;
  readonly type?: string;
  readonly payload?: string;
  readonly others?: string;
}

const sdlOf = ({
  subjects = '["blob.*.{caller}"]',
  args = 'after: String',
  type = 'Told!',
  payload = 'blobId: ID!',
  others = '',
}: Parts) => `extend schema ${LINK}
  type Subscription { f(${args}): ${type} @events(subjects: ${subjects}) }
  type Told { cursor: String! ${payload} }
  type Blob @key(fields: "id", resolvable: false) { id: ID! }
  type Own @key(fields: "id") { id: ID! }
  type Wide @key(fields: "id", resolvable: false) { id: ID! more: Int }
  type Pair @key(fields: "id version", resolvable: false) { id: ID! version: Int! }
  type Plain { id: ID! }
  input In { blobId: ID odd: ID }
  ${others}`;

const EVERY = 'CREATED @event(is: ["blob.created"]) OTHER';

test.each<[string, Parts, string]>([
  [
    'another’s subject',
    { subjects: '["blob.*.*"]' },
    'Subscription.f: the subject `blob.*.*` must end in `.{caller}`',
  ],
  ['another’s user', { subjects: '["blob.*.alice"]' }, 'must end in `.{caller}`'],
  ['all subjects', { subjects: '["blob.>"]' }, 'must end in `.{caller}`'],
  [
    'the caller elsewhere',
    { subjects: '["blob.{caller}.{caller}"]' },
    'has no events. There are: blob.created,',
  ],
  ['an argument as the user', { subjects: '["blob.*.{args.user}"]' }, 'must end in `.{caller}`'],
  ['one good subject of two', { subjects: '["blob.*.{caller}", "blob.*.bob"]' }, 'must end in `.{caller}`'],
  [
    'an unknown event',
    { subjects: '["blob.creatd.{caller}"]' },
    'the subject `blob.creatd.{caller}` has no events',
  ],
  ['no subject', { subjects: '[]' }, 'Subscription.f: name at least one subject'],
  ['no cursor argument', { args: 'blobId: ID' }, 'Subscription.f: add the argument `after: String`'],
  [
    'what is announced and what is logged',
    { subjects: '["run.written.{caller}", "blob.*.{caller}"]' },
    'Subscription.f: `run.written` is announced, and in no log: give it a field of its own',
  ],
  [
    'a cursor for what is announced',
    { subjects: '["run.written.{caller}"]' },
    'Subscription.f: leave out `after`',
  ],
  [
    'a cursor that must be given',
    { args: 'after: String!' },
    'Subscription.f(after:): a cursor is a nullable `String`',
  ],
  [
    'an unknown argument',
    { args: 'after: String, odd: ID' },
    'Subscription.f(odd:): events have no member `odd`',
  ],
  ['an unknown field of an input', { args: 'after: String, in: In' }, 'In.odd: events have no member `odd`'],
  ['a list of inputs', { args: 'after: String, in: [In]' }, 'Subscription.f(in:): give one input'],
  [
    'an argument of a wrong type',
    { args: 'after: String, blobId: Int' },
    'Subscription.f(blobId:): `blob_id` of an event is `ID`, and no `Int`',
  ],
  [
    'a time as an argument',
    { args: 'after: String, occurredAt: String' },
    'Subscription.f(occurredAt:): events are not asked for by their time',
  ],
  ['a list as an argument', { args: 'after: String, blobId: [ID]' }, 'Subscription.f(blobId:): `blob_id`'],
  ['a list of payloads', { type: '[Told!]!' }, 'Subscription.f: must give one object'],
  ['no object', { type: 'String' }, 'Subscription.f: must give one object'],
  ['a payload without a cursor', { type: 'Plain' }, 'Plain.id: events have no member `id`'],
  [
    'an unknown member',
    { payload: 'blobId: ID @event(member: "blob_ids")' },
    'Told.blobId: events have no member `blob_ids`',
  ],
  [
    'a field of a wrong type',
    { payload: 'version: Boolean' },
    'Told.version: `version` of an event is `Int`, and no `Boolean`',
  ],
  ['one of several', { payload: 'sourceIds: ID' }, 'Told.sourceIds: `source_ids` of an event is `[ID!]`'],
  [
    'a field with arguments',
    { payload: 'blobId(a: Int): ID' },
    'Told.blobId: fields of an event have no arguments',
  ],
  [
    'an entity of its own',
    { payload: 'blob: Own' },
    'Told.blob: of `Own` this subgraph may hold nothing but a key',
  ],
  ['an entity with other fields', { payload: 'blob: Wide' }, 'Told.blob: of `Wide`'],
  ['an entity by two fields', { payload: 'blob: Pair' }, 'Told.blob: of `Pair`'],
  ['an object that is no entity', { payload: 'blob: Plain' }, 'Told.blob: of `Plain`'],
  ['a list of entities', { payload: 'blob: [Blob]' }, 'Told.blob: of `Blob`'],
  [
    'an entity by an unknown member',
    { payload: 'other: Blob' },
    'Told.other: events have no member `other_id`',
  ],
  [
    'an unknown exception',
    { payload: 'blob: Blob @event(except: ["blob.gone"])' },
    'Told.blob: `blob.gone` is none of its events',
  ],
  [
    'an exception of a field that must be there',
    { payload: 'blob: Blob! @event(except: ["blob.deleted"])' },
    'Told.blob: must be nullable',
  ],
  [
    'an enum that tells not all',
    { payload: 'kind: Kind @event(member: "event")', others: `enum Kind { ${EVERY} }` },
    'Told.kind: no value of `Kind` tells of `blob.indexed`. Add `@event(is: ["blob.indexed"])`',
  ],
  [
    'an enum that tells one twice',
    {
      payload: 'kind: Kind @event(member: "event")',
      others: `enum Kind { A @event(is: ["blob.created"]) ${EVERY} }`,
    },
    'Kind.CREATED: `blob.created` is told by another value',
  ],
  [
    'an enum for any text',
    { payload: 'type: Kind', others: 'enum Kind { NOTE }' },
    'Told.type: `type` of an event has any values',
  ],
])('%s is refused by name', (_, parts, message) => {
  const compile = () => declaredSubscriptions(parse(sdlOf(parts)));
  expect(compile).toThrow(DeclarationFault);
  expect(compile).toThrow(message);
});

test('without a payload’s cursor, or a link to the specification, nothing is declared', () => {
  const bare = sdlOf({ type: 'Plain' }).replace('type Plain { id: ID! }', 'type Plain { blobId: ID! }');
  expect(() => declaredSubscriptions(parse(bare))).toThrow('Plain: add `cursor: String!`');
  expect(declaredSubscriptions(parse(bare.replace(`extend schema ${LINK}`, ''))).size).toBe(0);
  expect(declaredSubscriptions(parse('type Query { a: Int }')).size).toBe(0);
});

test('an enum’s values are those of the member, by their names', () => {
  const others = 'enum State { STORED PENDING PROCESSING COMPLETED FAILED }';
  const sdl = sdlOf({ payload: 'state: State @event(member: "run.state") blob: Blob', others });
  const declared = declaredSubscriptions(parse(sdl)).get('f');
  const run = { processor_id: 'p', state: 'PENDING', attempt: 2 };
  expect(declared?.payload(changeOf('b', 'retried', { run }))).toMatchObject({
    state: 'PENDING',
    blob: { id: 'b' },
  });
  expect(declared?.payload(changeOf('b'))).toMatchObject({ state: null });
});

test('the example of the guide is one', () => {
  const guide = readFileSync(projectFile('docs/add-a-processor.md'), 'utf8');
  const [, example = ''] = /```graphql\n(type Subscription[\s\S]*?)```/.exec(guide) ?? [];
  const others = 'type BlobIndex @key(fields: "id", resolvable: false) { id: ID! }';
  const declared = declaredSubscriptions(parse(`extend schema ${LINK} ${example} ${others}`)).get(
    'summaryMade',
  );
  const change = changeOf('b', 'indexed', { source_ids: ['text'] });
  const told = { cursor: change.cursor, blobId: 'b', version: 3, blob: { id: 'b' } };
  expect(declared?.payload(change)).toEqual(told);
  const { events, passes } = declared?.wanted({ parentId: 'text' }) ?? {};
  expect([events, passes?.(change), passes?.(changeOf('b', 'indexed'))]).toEqual([
    ['blob.indexed'],
    true,
    false,
  ]);
});
