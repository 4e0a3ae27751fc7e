import {
  buildClientSchema,
  type GraphQLNamedType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  type IntrospectionQuery,
  isAbstractType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { expect, it } from 'vitest';
import { newCaller, registration, runState } from '../testing/subgraph.fixture.ts';

const { createDraft, register, state } = runState();

/** Selections of one leaf each; of a type that is met again, its id. */
function* leavesOf(
  schema: GraphQLSchema,
  of: GraphQLNamedType,
  met: readonly string[] = [],
): Generator<string> {
  if (isAbstractType(of)) {
    const own = schema.getType('UserBlob') as GraphQLNamedType;
    for (const leaf of leavesOf(schema, own, met)) yield `... on UserBlob { ${leaf} }`;
    return;
  }
  if (!isObjectType(of)) return;
  if (met.includes(of.name)) {
    yield 'id';
    return;
  }
  for (const { name, args, type } of Object.values(of.getFields())) {
    const named = getNamedType(type);
    // Positions in the log go on.
    if (args.some(isRequiredArgument) || name === 'liveCursor') continue;
    const inside = [...leavesOf(schema, named, [...met, of.name])];
    if (inside.length === 0) yield name;
    else for (const leaf of inside) yield `${name} { ${leaf} }`;
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
    const leaves = [...leavesOf(schema, schema.getType(name) as GraphQLNamedType)];
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
