import {
  buildASTSchema,
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
} from 'graphql';
import { NO_DESCRIPTION, subgraphFaults } from '../../../platform/supergraph/schema-rules.ts';
import { type Answered, answeredWith } from '../lab/calls.ts';
import { expect, shown, Unchecked } from '../lab/findings.ts';
import { ALICE, BOB, type Lab } from '../lab/lab.ts';
import { check } from './check.ts';
import { expectFlat, idsWith, several } from './reads.ts';

const UNKNOWN = '018f3a4e-7d2c-7b11-9c55-2f1e6a0b4c3e';
const FEDERATION = /^https:\/\/specs\.apollo\.dev\/federation\/v2\.[0-9]$/;
const DEPTH = 4;

const graph = (lab: Lab, user: string, query: string, variables: object = {}) =>
  lab.ask('POST', '/graphql', user, { query, variables });

const dataOf = ({ body }: Answered): Record<string, unknown> | undefined =>
  ((body ?? {}) as { data?: Record<string, unknown> }).data ?? undefined;

const errorsOf = ({ body }: Answered): readonly { message?: unknown; extensions?: { code?: unknown } }[] => {
  const { errors } = (body ?? {}) as { errors?: unknown };
  return Array.isArray(errors) ? errors : [];
};

/** The SDL of the processor. @throws Unchecked */
async function servedSdl(lab: Lab): Promise<string> {
  const answer = await graph(lab, BOB, '{ _service { sdl } }');
  const sdl = (dataOf(answer)?.['_service'] as { sdl?: unknown } | undefined)?.sdl;
  if (typeof sdl === 'string') return sdl;
  throw new Unchecked(`\`{ _service { sdl } }\` was answered ${answeredWith(answer)}.`);
}

function parsedSdl(sdl: string): DocumentNode {
  try {
    return parse(sdl);
  } catch (error) {
    throw new Unchecked(`The SDL of \`_service\` cannot be parsed: ${(error as Error).message}`);
  }
}

const blobType = (document: DocumentNode, name: string): ObjectTypeDefinitionNode | undefined =>
  document.definitions.find(
    (each): each is ObjectTypeDefinitionNode =>
      each.kind === Kind.OBJECT_TYPE_DEFINITION && each.name.value === name,
  );

function keyOf(type: ObjectTypeDefinitionNode | undefined): string | undefined {
  const key = type?.directives?.find(({ name }) => name.value === 'key');
  const fields = key?.arguments?.find(({ name }) => name.value === 'fields')?.value;
  return fields?.kind === Kind.STRING ? fields.value : undefined;
}

async function expectSdl(lab: Lab): Promise<void> {
  const answer = await graph(lab, BOB, '{ _service { sdl } }');
  const sdl = (dataOf(answer)?.['_service'] as { sdl?: unknown } | undefined)?.sdl;
  expect(typeof sdl === 'string', () => `\`{ _service { sdl } }\` was answered ${answeredWith(answer)}.`);
  let document: DocumentNode | undefined;
  try {
    document = parse(String(sdl));
  } catch (error) {
    expect(false, () => `The SDL of \`_service\` cannot be parsed: ${(error as Error).message}`);
  }
  const links = [...String(sdl).matchAll(/url:\s*"([^"]+)"/g)].map(([, url = '']) => url);
  expect(
    links.some((url) => FEDERATION.test(url)),
    () => `The SDL links ${links.join(', ') || 'no specification'}, and no Federation 2.0 to 2.9.`,
  );
  const { graphql_type: name } = lab.processor;
  const type = document && blobType(document, name);
  expect(type !== undefined, () => `The SDL has no type ${name}, which is registered.`);
  const isBlob = type?.interfaces?.some((each) => each.name.value === 'Blob');
  expect(isBlob === true, () => `The type ${name} does not implement \`Blob\`.`);
  expect(
    keyOf(type) === 'id',
    () => `The type ${name} has the key ${shown(keyOf(type) ?? 'none')}, not "id".`,
  );
}

async function expectComposed(lab: Lab): Promise<void> {
  const sdl = await servedSdl(lab);
  parsedSdl(sdl);
  // Composition takes a second to load.
  const { composeOutside } = await import('../../../codegen/outside.ts');
  const { id, base_url } = lab.processor;
  let why: string | undefined;
  try {
    composeOutside([{ name: id, url: `${base_url}/graphql`, sdlFile: 'The SDL of `_service`', sdl }]);
  } catch (error) {
    why = (error as Error).message;
  }
  expect(why === undefined, () => `${why}`);
}

const ENTITIES = (type: string, selection: string) =>
  `query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on ${type} { ${selection} } } }`;

async function entities(lab: Lab, user: string, ids: readonly string[], selection = 'id'): Promise<Answered> {
  const { graphql_type: type } = lab.processor;
  const of = ids.map((id) => ({ __typename: type, id }));
  return graph(lab, user, ENTITIES(type, selection), { of });
}

function listOf(answer: Answered): readonly ({ id?: unknown } | null)[] {
  const list = dataOf(answer)?.['_entities'];
  if (Array.isArray(list)) return list;
  throw new Unchecked(`\`_entities\` was answered ${answeredWith(answer)}.`);
}

async function expectEntities(lab: Lab): Promise<void> {
  const ids = (await several(lab)).map(({ id }) => id).toReversed();
  const found = listOf(await entities(lab, ALICE, [...ids, ids[0] ?? ''])).map((each) => each?.id);
  expect(
    found.length === ids.length + 1,
    () => `${ids.length + 1} representations were answered ${found.length} entities.`,
  );
  const isOrdered = [...ids, ids[0]].every((id, index) => found[index] === id);
  expect(isOrdered, () => `Representations of ${shown(ids)} were answered ${shown(found)}.`);
}

async function expectMissingNull(lab: Lab): Promise<void> {
  const [{ id }, others] = [await lab.made(ALICE, 'one'), await lab.made(BOB, 'one')];
  const answer = await entities(lab, ALICE, [UNKNOWN, id, others.id, 'no-uuid']);
  const [error] = errorsOf(answer);
  expect(
    error === undefined,
    () => `Missing and foreign entities were answered an error: ${shown(error?.message)}`,
  );
  const found = listOf(answer).map((each) => each?.id ?? null);
  expect(found[2] === null, () => `\`_entities\` of ${ALICE} has the blob ${others.id} of ${BOB}.`);
  expect(found[0] === null && found[3] === null, () => `Missing entities were answered ${shown(found)}.`);
  expect(found[1] === id, () => `Beside missing ones, an entity was answered ${shown(found[1])}.`);
}

/** A selection of all fields of a type without required arguments, nested to {@link DEPTH}. */
function selectionOf(type: GraphQLObjectType, depth = DEPTH): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    if (field.args.some(isRequiredArgument)) return [];
    const named = getNamedType(field.type);
    if (isLeafType(named)) return [field.name];
    if (!isObjectType(named) || depth === 0) return [];
    const inner = selectionOf(named, depth - 1);
    return inner === '' ? [] : [`${field.name} { ${inner} }`];
  });
  return fields.join(' ');
}

function schemaOf(sdl: string): GraphQLSchema {
  try {
    return buildASTSchema(parsedSdl(sdl), { assumeValidSDL: true });
  } catch (error) {
    throw new Unchecked(`The SDL of \`_service\` is not a valid schema: ${(error as Error).message}`);
  }
}

async function expectFields(lab: Lab): Promise<void> {
  const { graphql_type: name } = lab.processor;
  const type = schemaOf(await servedSdl(lab)).getType(name);
  if (!isObjectType(type)) throw new Unchecked(`The SDL has no type ${name}.`);
  const { id } = await lab.made(ALICE, 'one');
  const answer = await entities(lab, ALICE, [id], selectionOf(type));
  const [error] = errorsOf(answer);
  expect(
    error === undefined,
    () => `A query of all fields of ${name} was answered an error: ${shown(error)}`,
  );
  expect(
    listOf(answer)[0]?.id === id,
    () => `A query of all fields of ${name} was answered ${shown(listOf(answer)[0])}.`,
  );
}

async function expectFaultsTold(lab: Lab): Promise<void> {
  for (const query of [
    '{ _service { ',
    '{ nothingIsCalledThis }',
    'query ($a: Nothing!) { _service { sdl } }',
  ]) {
    const answer = await graph(lab, BOB, query);
    const [error] = errorsOf(answer);
    expect([200, 400].includes(answer.status), () => `\`${query}\` was answered ${answeredWith(answer)}.`);
    expect(
      typeof error?.message === 'string',
      () => `\`${query}\` was answered no error: ${answeredWith(answer)}.`,
    );
    expect(
      typeof error?.extensions?.code === 'string',
      () => `The error of \`${query}\` has no \`extensions.code\`: ${shown(error)}`,
    );
  }
}

async function expectServedToRegistry(lab: Lab): Promise<void> {
  const query = '{ _service { sdl } }';
  const answer = await lab.askAs({ as: 'processors', user: ALICE }, 'POST', '/graphql', { query });
  const sdl = (dataOf(answer)?.['_service'] as { sdl?: unknown } | undefined)?.sdl;
  expect(
    typeof sdl === 'string' && sdl === (await servedSdl(lab)),
    () => `\`${query}\` of \`processors\` was answered ${answeredWith(answer)}.`,
  );
}

async function expectDescribed(lab: Lab): Promise<void> {
  const faults = subgraphFaults(schemaOf(await servedSdl(lab)));
  const bare = faults.filter(({ message }) => message === NO_DESCRIPTION);
  const places = bare.map(({ coordinate }) => `\`${coordinate}\``).join(', ');
  expect(bare.length === 0, () => `There is no description of ${shown(places)}.`);
}

/** The processor as a subgraph. */
export const graphChecks = [
  check('Q1', expectSdl),
  check('Q2', expectComposed),
  check('Q3', expectEntities),
  check('Q4', expectMissingNull),
  check('Q5', expectFields),
  check('Q6', async (lab) => {
    const { id } = await lab.made(ALICE, 'one');
    await expectFlat(lab, '`_entities`', (count) => entities(lab, ALICE, idsWith(id, count)));
  }),
  check('Q7', expectFaultsTold),
  check('Q8', expectDescribed),
  check('Q9', expectServedToRegistry),
];
