import { describe, expect, it } from 'vitest';
import { createEgress } from '../../../platform/egress/guarded-agent.ts';
import { InputErrors } from '../../../platform/errors/errors.ts';
import { assertMayRegister, isRegisteredAs, parseDeclaration as parse } from './declaration.ts';
import { unregistered } from './processor.ts';

const anywhere = createEgress({ production: false, urls: {} });
const parseDeclaration = (input: unknown, nameOf?: (field: string) => string) =>
  parse(input, anywhere, nameOf);

const minimal = {
  id: 'text-expansion',
  name: 'Text expansion',
  storage_type: 'mongodb',
  connection_string: 'mongodb://user:hunter2@db/expansion',
  database_name: 'text_expansion',
  input_schema_ids: ['text-input-v1'],
  output_schema_id: 'expanded-text-v1',
  graphql_type: 'ExpandedText',
  base_url: 'http://127.0.0.1:8012',
};

const many = (prefix: string) => Array.from({ length: 60 }, (_, at) => `${prefix}${at}`);

function errorsOf(input: unknown) {
  try {
    parseDeclaration(input);
  } catch (error) {
    if (error instanceof InputErrors) return error.errors;
    throw error;
  }
  return [];
}

describe('declaration of a processor', () => {
  it('fills in the defaults', () => {
    expect(parseDeclaration({ ...minimal, base_url: 'https://example.org/expansion//' })).toEqual({
      ...minimal,
      base_url: 'https://example.org/expansion',
      description: '',
      version: '1',
      health_endpoint: '/health',
      query_endpoint: '/graphql',
      event_subscriptions: [],
      takes: {},
      opt_in_schema_ids: [],
      takes_versions: {},
      shown_as: null,
      max_concurrency: 4,
      timeout_seconds: 60,
      active: true,
    });
  });

  it('takes every input schema on each of its events by default', () => {
    const events = ['blob.created', 'blob.indexed'];
    const schemas = ['text-input-v1', 'note-v1'];
    const declaration = { ...minimal, event_subscriptions: events, input_schema_ids: schemas };
    expect(parseDeclaration(declaration).takes).toEqual({
      'blob.created': schemas,
      'blob.indexed': schemas,
    });
  });

  it('takes opt-in schemas only from those that it takes', () => {
    const takes = { 'blob.indexed': ['a-v1', 'b-v1'] };
    const { input_schema_ids: _, ...rest } = minimal;
    expect(parseDeclaration({ ...rest, takes, opt_in_schema_ids: ['b-v1'] })).toMatchObject({
      opt_in_schema_ids: ['b-v1'],
    });
    expect(errorsOf({ ...rest, takes, opt_in_schema_ids: ['c-v1'] })).toEqual([
      {
        field: 'opt_in_schema_ids',
        code: 'PROCESSOR_INVALID',
        message: '`opt_in_schema_ids` must hold schemas that it takes, and not `c-v1`.',
      },
    ]);
  });

  describe('with what it takes', () => {
    const { input_schema_ids: _, ...rest } = minimal;
    const takes = { 'blob.created': ['a-v1', 'b-v1'], 'blob.indexed': ['b-v1', 'c-v1'] };

    it('derives events and schemas from it', () => {
      expect(parseDeclaration({ ...rest, takes, shown_as: 'chapter.expanded' })).toMatchObject({
        takes,
        event_subscriptions: ['blob.created', 'blob.indexed'],
        input_schema_ids: ['a-v1', 'b-v1', 'c-v1'],
        shown_as: 'chapter.expanded',
      });
    });

    it('accepts them as well, in any order, with the schemas of its commands', () => {
      const given = {
        event_subscriptions: ['blob.indexed', 'blob.created'],
        input_schema_ids: ['on-demand-v1', 'c-v1', 'b-v1', 'a-v1'],
      };
      expect(parseDeclaration({ ...rest, takes, ...given })).toMatchObject({ takes, ...given });
    });

    it.each<[string, object, string]>([
      ['event_subscriptions', { event_subscriptions: ['blob.created'] }, 'blob.created, blob.indexed'],
      ['event_subscriptions', { takes: {}, event_subscriptions: ['blob.created'] }, 'none'],
      ['input_schema_ids', { input_schema_ids: ['a-v1', 'b-v1'] }, '`c-v1`'],
      ['takes.blob.born', { takes: { 'blob.born': ['a-v1'] } }, 'blob.created'],
      ['takes.blob.created', { takes: { 'blob.created': 'a-v1' } }, 'list of schema ids'],
      ['takes.blob.created.1', { takes: { 'blob.created': ['a-v1', 'A'] } }, 'id of a schema'],
      ['takes', { takes: ['a-v1'] }, 'by event'],
      ['takes', { takes: { 'blob.created': many('a'), 'blob.indexed': many('b') } }, 'at most 100'],
      ['input_schema_ids', { takes: undefined }, 'is missing'],
      ['shown_as', { shown_as: 'chapter.title' }, 'chapter.expanded'],
      ['takes_versions.a-v1', { takes_versions: { 'a-v1': '1.x' } }, 'range of versions'],
      ['takes_versions', { takes_versions: { 'z-v1': '^1.0.0' } }, '`z-v1`'],
      ['takes_versions', { takes_versions: ['^1.0.0'] }, 'by schema id'],
    ])('is refused by the name of %s: %j', (field, given, message) => {
      const errors = errorsOf({ ...rest, takes, ...given });
      expect(errors).toEqual([
        { field, code: 'PROCESSOR_INVALID', message: expect.stringContaining(message) },
      ]);
    });
  });

  it.each<[string, unknown]>([
    ['id', undefined],
    ['id', ''],
    ['id', 'Text'],
    ['id', 'a b'],
    ['id', '../x'],
    ['id', 'a'.repeat(65)],
    ['id', 'state'],
    ['id', 'router'],
    ['id', 7],
    ['name', ' '],
    ['name', 'a\0'],
    ['name', '\ud800'],
    ['name', 'x'.repeat(201)],
    ['description', 'x'.repeat(2_001)],
    ['version', ''],
    ['version', 'a b'],
    ['storage_type', 'mysql'],
    ['storage_type', undefined],
    ['connection_string', ''],
    ['connection_string', 'x'.repeat(4_097)],
    ['database_name', null],
    ['input_schema_ids', 'text-input-v1'],
    ['input_schema_ids', Array.from({ length: 101 }, () => 'a')],
    ['output_schema_id', 'Text Input'],
    ['graphql_type', '__Type'],
    ['graphql_type', 'Expanded-Text'],
    ['base_url', 'text-expansion:8012'],
    ['base_url', 'ftp://example.org'],
    ['base_url', 'file:///etc/passwd'],
    ['base_url', 'javascript:alert(1)'],
    ['base_url', 'http://user:hunter2@example.org'],
    ['base_url', 'http://example.org/?a=b'],
    ['base_url', 'http://example.org/#a'],
    ['base_url', '//example.org'],
    ['health_endpoint', 'health'],
    ['health_endpoint', '/health?all'],
    ['query_endpoint', '/a b'],
    ['event_subscriptions', 'blob.created'],
    ['max_concurrency', 0],
    ['max_concurrency', 1_001],
    ['max_concurrency', 1.5],
    ['max_concurrency', '4'],
    ['timeout_seconds', 3_601],
    ['timeout_seconds', Number.NaN],
    ['active', 'yes'],
  ])('refuses %s = %j by name', (field, value) => {
    const errors = errorsOf({ ...minimal, [field]: value });
    expect(errors).toEqual([
      { field, code: 'PROCESSOR_INVALID', message: expect.stringContaining(`\`${field}\` `) },
    ]);
    expect(JSON.stringify(errors)).not.toContain('hunter2');
  });

  it('names a list’s entry, and an unknown field', () => {
    const errors = errorsOf({
      ...minimal,
      input_schema_ids: ['a-v1', 'B'],
      event_subscriptions: ['blob.born'],
      max_concurency: 4,
    });
    expect(errors.map(({ field }) => field).sort()).toEqual([
      'event_subscriptions.0',
      'input_schema_ids.1',
      'max_concurency',
    ]);
  });

  it.each([undefined, null, 'text', [], 7])('refuses %j', (input) => {
    expect(errorsOf(input)).toMatchObject([{ field: null, code: 'PROCESSOR_INVALID' }]);
  });

  it('names fields in the caller’s spelling', () => {
    expect(() => parseDeclaration({ ...minimal, base_url: 'x' }, (name) => name.toUpperCase())).toThrow(
      /^`BASE_URL` must be/,
    );
  });

  it('recognises an equal declaration', () => {
    const declaration = parseDeclaration(minimal);
    const { connection_string: _, ...rest } = declaration;
    const kept = { versions: ['1', '0'], readable_schema_ids: ['gone-v1'], created_at: new Date(0) };
    const processor = { ...unregistered, ...rest, ...kept };
    expect(isRegisteredAs(processor, declaration)).toBe(true);
    expect(isRegisteredAs(processor, { ...declaration, takes: { 'blob.created': [] } })).toBe(false);
    expect(isRegisteredAs(processor, { ...declaration, timeout_seconds: 61 })).toBe(false);
  });
});

describe('who may register', () => {
  const viewer = (...roles: string[]) => ({ userId: 'u', roles });

  it.each([
    [{ service: 'text-expansion', viewer: null }, true],
    [{ service: 'gateway', viewer: viewer('operator') }, true],
    [{ service: 'book-compiler', viewer: null }, false],
    [{ service: 'gateway', viewer: viewer() }, false],
    [{ service: 'gateway', viewer: null }, false],
    // A processor that asks on behalf of a user speaks for that user.
    [{ service: 'text-expansion', viewer: viewer() }, false],
  ])('%j: %s', (caller, allowed) => {
    const attempt = () => assertMayRegister(caller, 'text-expansion');
    if (allowed) expect(attempt).not.toThrow();
    else expect(attempt).toThrow(/itself or an operator/);
  });
});

describe('the address of a processor', () => {
  const refusal = (base_url: string, egress = anywhere) => {
    try {
      parse({ ...minimal, base_url }, egress);
      return null;
    } catch (error) {
      return (error as InputErrors).errors
        .map(({ field, code, message }) => `${field} ${code}: ${message}`)
        .join();
    }
  };

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://2852039166',
    'http://0xA9.0xFE.0xA9.0xFE',
    'http://0251.0376.0251.0376:80',
    'http://[::ffff:169.254.169.254]',
    'http://[fd00:ec2::254]',
    'http://0.0.0.0:8012',
    'http://[::]:8012',
    'http://169.254.169.254.',
  ])('%s is refused anywhere', (url) => {
    expect(refusal(url)).toMatch(
      /^base_url PROCESSOR_INVALID: `base_url` must not be at an address of this kind/,
    );
  });

  it.each([
    'ftp://a.example',
    'file:///etc/passwd',
    'http://user:pw@a.example',
    'http://a.example?x',
    'gopher://a',
  ])('%s is no address of a service', (url) => {
    expect(refusal(url)).toMatch(/^base_url PROCESSOR_INVALID: `base_url` must be an http or https address/);
  });

  it('must be allowed by name in production', () => {
    const production = createEgress({
      production: true,
      hosts: [{ name: 'summary.internal', wildcard: false }],
      urls: { 'text-expansion': 'http://text-expansion:8012' },
    });
    expect(refusal('http://summary.internal:8020', production)).toBeNull();
    expect(refusal('http://text-expansion:8012', production)).toBeNull();
    for (const url of ['http://evil.example', 'http://127.0.0.1:8012', 'http://text-expansion:22'])
      expect(refusal(url, production)).toContain('must be at a host that PROCESSOR_HOSTS names');
  });
});
