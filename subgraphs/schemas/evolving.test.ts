import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService, viewer } from '../../platform/testing/service.ts';
import { schemasService } from './main.ts';

const operator = { viewer: viewer('olga', 'operator') };
const REPORT =
  'compatible version compatibility comparedWith problems { against direction verdict pointer rule message fix accepted } userErrors { field code message }';
const text = { type: 'string' };
const closed = (properties: object, over: object = {}) => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...over,
});

let service: TestService;
beforeAll(async () => {
  service = await startTestService(schemasService);
});
afterAll(() => service?.stop());

interface Payload {
  readonly schema: object | null;
  readonly report: { readonly compatible: boolean } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

async function register(
  id: string,
  version: string,
  definition: object,
  over: object = {},
): Promise<Payload> {
  const { data } = await service.graphql<{ registerSchema: Payload }>(
    `mutation ($input: RegisterSchemaInput!) {
      registerSchema(input: $input) { schema { version } report { ${REPORT} } userErrors { field code message } }
    }`,
    { input: { id, version, definition, ...over } },
    operator,
  );
  if (!data) throw new Error('No data');
  return data.registerSchema;
}

async function check(input: object, caller: object = operator) {
  const answer = await service.graphql<{ checkSchema: object }>(
    `query ($input: CheckSchemaInput!) { checkSchema(input: $input) { ${REPORT} } }`,
    { input },
    caller,
  );
  return answer.data?.checkSchema ?? answer.errors;
}

async function setMode(id: string, compatibility: string, caller: object = operator) {
  const answer = await service.graphql<{ setSchemaCompatibility: object }>(
    `mutation ($id: ID!, $compatibility: SchemaCompatibility!) {
      setSchemaCompatibility(id: $id, compatibility: $compatibility) {
        compatibility schema { compatibility } userErrors { field code }
      }
    }`,
    { id, compatibility },
    caller,
  );
  return answer.data?.setSchemaCompatibility ?? answer.errors;
}

describe('what new versions are held to', () => {
  it('is BACKWARD until an operator sets another, which is stored and shown', async () => {
    await register('moded-v1', '1.0.0', closed({ a: text }));
    const query = '{ schema(id: "moded-v1") { compatibility } }';
    expect((await service.graphql(query)).data).toEqual({ schema: { compatibility: 'BACKWARD' } });
    expect(await setMode('moded-v1', 'FORWARD')).toEqual({
      compatibility: 'FORWARD',
      schema: { compatibility: 'FORWARD' },
      userErrors: [],
    });
    expect((await service.graphql(query)).data).toEqual({ schema: { compatibility: 'FORWARD' } });
    expect((await register('moded-v1', '1.1.0', closed({ a: text, b: text }))).userErrors).toMatchObject([
      { code: 'SCHEMA_INCOMPATIBLE', field: 'definition' },
    ]);
    const stricter = closed({ a: text }, { required: ['a'] });
    expect(await register('moded-v1', '1.1.0', stricter)).toMatchObject({
      schema: { version: '1.1.0' },
      report: { compatible: true, compatibility: 'FORWARD', comparedWith: ['1.0.0'] },
    });
    // What the input says goes before what was set.
    expect(
      await check({ id: 'moded-v1', definition: closed({ a: text }), compatibility: 'BACKWARD' }),
    ).toMatchObject({
      compatible: true,
      version: '1.2.0',
      compatibility: 'BACKWARD',
    });
  });

  it('is set by operators, of schemas that there are', async () => {
    expect(await setMode('none-v1', 'FULL')).toMatchObject({
      compatibility: null,
      userErrors: [{ field: 'id', code: 'SCHEMA_UNKNOWN' }],
    });
    expect(await setMode('note-v1', 'FULL', { viewer: viewer('alice') })).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    expect(await setMode('note-v1', 'FULL')).toMatchObject({ compatibility: 'FULL' });
  });

  it('may be all versions before', async () => {
    await register('chain-v1', '1.0.0', closed({ a: text }));
    await register('chain-v1', '1.1.0', closed({ a: { ...text, maxLength: 9 } }), { compatibility: 'NONE' });
    const third = closed({ a: { ...text, maxLength: 10 } });
    expect(await check({ id: 'chain-v1', definition: third })).toMatchObject({ compatible: true });
    await setMode('chain-v1', 'BACKWARD_TRANSITIVE');
    expect(await check({ id: 'chain-v1', definition: third })).toMatchObject({
      compatible: false,
      comparedWith: ['1.1.0', '1.0.0'],
      problems: [
        {
          against: '1.0.0',
          direction: 'BACKWARD',
          verdict: 'INCOMPATIBLE',
          pointer: '/properties/a/maxLength',
          rule: 'MAX_LENGTH_DECREASED',
        },
      ],
      userErrors: [{ field: 'definition.properties.a.maxLength', code: 'SCHEMA_INCOMPATIBLE' }],
    });
  });
});

describe('a check', () => {
  it('stores nothing, and is for operators', async () => {
    expect(await check({ id: 'unmade-v1', definition: {} })).toMatchObject({
      compatible: true,
      version: '1.0.0',
    });
    expect((await service.graphql('{ schema(id: "unmade-v1") { id } }')).data).toEqual({ schema: null });
    expect(await check({ id: 'unmade-v1', definition: {} }, { viewer: viewer('alice') })).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  it.each<[object, string, RegExp]>([
    [{ $ref: 'https://example.com/schema.json' }, 'definition.$ref', /`#\/\$defs\/<name>`/],
    [{ $defs: { a: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' }, 'definition.$defs', /leads back to itself/],
    [
      { $defs: { a: { properties: { b: { $ref: '#/$defs/b' } } }, b: { items: { $ref: '#/$defs/a' } } } },
      'definition.$defs',
      /leads back to itself/,
    ],
    [{ type: 'string', pattern: '^(a+)+$(?=x)' }, 'definition.pattern', /linear time/],
    [{ type: 'string', pattern: '(x{1,500}){1,500}' }, 'definition.pattern', /repeats too much|linear time/],
    [
      { type: 'string', pattern: `^(${'[a-z]{1,9}-'.repeat(10)})+$` },
      'definition.pattern',
      /too long|repeats/,
    ],
    [{ 'x-upcast': [{ op: 'copy', from: '/a', path: '/b' }] }, 'definition.x-upcast.0', /A change is/],
  ])('refuses %j by name', async (definition, field, message) => {
    expect(await check({ id: 'hostile-v1', definition })).toMatchObject({
      compatible: false,
      problems: [],
      userErrors: [{ field, code: 'VALIDATION_FAILED', message: expect.stringMatching(message) }],
    });
    expect(await register('hostile-v1', '1.0.0', definition)).toMatchObject({
      schema: null,
      report: { compatible: false },
      userErrors: [{ field }],
    });
  });

  it('calls UNKNOWN what cannot be compared, which an operator lets pass by its place', async () => {
    const definition = (pattern: string) => closed({ isbn: { ...text, pattern } });
    await register('book-ref-v1', '1.0.0', definition('^[0-9]+$'));
    const next = { id: 'book-ref-v1', definition: definition('^[0-9]{1,}$') };
    expect(await check(next)).toMatchObject({
      compatible: false,
      problems: [{ verdict: 'UNKNOWN', rule: 'PATTERN_CHANGED', accepted: false }],
      userErrors: [{ message: expect.stringContaining('`/properties/isbn/pattern` in `acceptUnknown`') }],
    });
    const acceptUnknown = ['/properties/isbn/pattern'];
    expect(await check({ ...next, acceptUnknown })).toMatchObject({
      compatible: true,
      problems: [{ accepted: true }],
      userErrors: [],
    });
    expect((await register('book-ref-v1', '1.1.0', next.definition)).schema).toBeNull();
    expect((await register('book-ref-v1', '1.1.0', next.definition, { acceptUnknown })).schema).toEqual({
      version: '1.1.0',
    });
  });
});

it('two versions that come at once are held to each other', async () => {
  await register('raced-v1', '1.0.0', closed({ a: text }));
  await setMode('raced-v1', 'BACKWARD_TRANSITIVE');
  // Each takes all of the first; neither takes all of another.
  const versions = Array.from({ length: 6 }, (_, index) => index + 1);
  const raced = await Promise.all(
    versions.map((index) => register('raced-v1', `1.${index}.0`, closed({ a: text, [`b${index}`]: text }))),
  );
  const registered = raced.filter(({ schema }) => schema !== null);
  const lower = raced.findIndex(({ schema }) => schema !== null);
  expect(registered.length).toBeGreaterThan(0);
  expect(registered.length).toBeLessThan(versions.length);
  for (const { schema, userErrors } of raced)
    if (!schema) expect(userErrors).toMatchObject([{ code: 'SCHEMA_INCOMPATIBLE' }]);
  expect(lower).toBeGreaterThanOrEqual(0);
});
