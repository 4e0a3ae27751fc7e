import {
  buildClientSchema,
  type GraphQLNamedType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  type IntrospectionQuery,
  isAbstractType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { expect, it } from 'vitest';
import { newCaller, registration, runState } from '../testing/subgraph.fixture.ts';

const { createDraft, register, state } = runState();

/** A field of an entry for each detail that it may be read in. */
const OF_EACH_DETAIL = ['title', 'preview', 'sources { id }'];

/** Selections of one leaf each. What has an id is opened once, an entry after that for each detail. */
function* leavesOf(schema: GraphQLSchema, of: GraphQLNamedType, opened: Set<string>): Generator<string> {
  if (isAbstractType(of)) {
    const own = schema.getType('UserBlob') as GraphQLNamedType;
    for (const leaf of leavesOf(schema, own, opened)) yield `... on UserBlob { ${leaf} }`;
    return;
  }
  if (!isObjectType(of)) return;
  const fields = of.getFields();
  if (opened.has(of.name)) {
    yield* of.name === 'BlobIndex' ? OF_EACH_DETAIL : ['id'];
    return;
  }
  if (fields['id']) opened.add(of.name);
  for (const { name, args, type } of Object.values(fields)) {
    const named = getNamedType(type);
    // Positions in the log go on.
    if (args.some(isRequiredArgument) || name === 'liveCursor') continue;
    if (isLeafType(named)) yield name;
    else for (const leaf of leavesOf(schema, named, opened)) yield `${name} { ${leaf} }`;
  }
}

it('every field of an entry, a book and a blob’s content is the same alone as beside all others', async () => {
  const caller = newCaller();
  const id = await createDraft(caller, 'It rained.');
  expect((await register(caller, registration(caller, id))).status).toBe(201);
  const introspected = await state.graphql<IntrospectionQuery>(getIntrospectionQuery(), {}, caller);
  const schema = buildClientSchema(introspected.data as IntrospectionQuery);
  const places = [
    ['BlobIndex', 'blobs { nodes {', '} }'],
    ['Book', 'book(id: "my-novel") {', '}'],
    ['Book', 'me { state { books {', '} } }'],
  ] as const;
  for (const [name, open, end] of places) {
    const leaves = [...leavesOf(schema, schema.getType(name) as GraphQLNamedType, new Set())];
    const ask = (selection: string) => state.graphql<object>(`{ ${open} ${selection} ${end} }`, {}, caller);
    const all = await ask(leaves.join(' '));
    expect([all.errors, leaves.length > 20]).toEqual([undefined, true]);
    for (const leaf of leaves) {
      const { data, errors } = await ask(leaf);
      expect(errors, leaf).toBeUndefined();
      expect(all.data, leaf).toMatchObject(data as object);
    }
  }
});
