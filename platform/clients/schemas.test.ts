import { describe, expect, it, vi } from 'vitest';
import { BlobgraphError } from '../errors/errors.ts';
import { pathOf } from '../ids/service-path.ts';
import type { ServiceHttp } from './http/http.ts';
import { createSchemaClient } from './schemas.ts';

const document = (version: string, type: string, withdrawn_versions?: string[]) => ({
  schema: {
    id: 'thing-v1',
    version,
    title: 'Thing',
    description: '',
    blob_type: 'thing',
    definition: { type },
    versions: [version],
    ...(withdrawn_versions ? { withdrawn_versions } : {}),
    created_at: null,
  },
});

function setup() {
  let time = 0;
  const clock = { now: () => new Date(time), pass: (ms: number) => (time += ms) };
  const call = vi.fn<ServiceHttp['call']>();
  const client = createSchemaClient({ http: { call }, clock });
  return { clock, call, client };
}

const refuse = (code: 'NOT_FOUND' | 'SERVICE_UNAVAILABLE' | 'SCHEMA_WITHDRAWN') =>
  new BlobgraphError(code, 'no');

describe('schema client', () => {
  it('validates here with what the registry answered', async () => {
    const { call, client } = setup();
    call.mockResolvedValue(document('1.0.0', 'string'));
    const schema = await client.validator('thing-v1');
    expect(schema).toMatchObject({ id: 'thing-v1', version: '1.0.0', blobType: 'thing' });
    expect(schema.validate('text')).toEqual([]);
    expect(schema.validate(1)).toEqual([
      { pointer: '', message: 'The document must be text, not a number.' },
    ]);
    expect(call).toHaveBeenCalledExactlyOnceWith('schemas', expect.objectContaining({ viewer: null }));
  });

  it('asks for a version once and for ever', async () => {
    const { clock, call, client } = setup();
    call.mockResolvedValue(document('1.0.0', 'string'));
    const first = await client.validator('thing-v1', '1.0.0');
    clock.pass(1e9);
    expect(await client.validator('thing-v1', '1.0.0')).toBe(first);
    expect(call).toHaveBeenCalledTimes(1);
    expect(call.mock.calls[0]?.[1].path).toEqual({
      path: '/api/v1/schemas/thing-v1/versions/1.0.0',
      template: '/api/v1/schemas/:/versions/:',
    });
  });

  it('sees a newer version within 30 s, and compiles what it has seen only once', async () => {
    const { clock, call, client } = setup();
    call.mockResolvedValueOnce(document('1.0.0', 'string')).mockResolvedValue(document('1.1.0', 'number'));
    const first = await client.validator('thing-v1');
    clock.pass(30_000);
    const second = await client.validator('thing-v1');
    expect([first.version, second.version]).toEqual(['1.0.0', '1.1.0']);
    expect(await client.validator('thing-v1', '1.0.0')).toBe(first);
    clock.pass(30_000);
    expect(await client.validator('thing-v1')).toBe(second);
  });

  it('goes on with what it knows while the registry is away', async () => {
    const { clock, call, client } = setup();
    call.mockResolvedValueOnce(document('1.0.0', 'string')).mockRejectedValue(refuse('SERVICE_UNAVAILABLE'));
    await client.validator('thing-v1');
    clock.pass(1e9);
    expect((await client.validator('thing-v1')).version).toBe('1.0.0');
    await expect(client.validator('other-v1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  it('names an unknown schema and an unknown version, and asks again the next time', async () => {
    const { call, client } = setup();
    call.mockRejectedValueOnce(refuse('NOT_FOUND')).mockRejectedValueOnce(refuse('NOT_FOUND'));
    await expect(client.validator('a/b')).rejects.toMatchObject({
      code: 'SCHEMA_UNKNOWN',
      message: 'There is no schema `a/b`. `schemas` lists what there is.',
    });
    expect(pathOf(call.mock.calls[0]?.[1].path ?? '')).toBe('/api/v1/schemas/a%2Fb');
    await expect(client.validator('thing-v1', '9.9.9')).rejects.toMatchObject({ code: 'SCHEMA_UNKNOWN' });
    call.mockResolvedValue(document('1.0.0', 'string'));
    expect((await client.validator('thing-v1')).version).toBe('1.0.0');
  });

  it('holds new documents to no version that was withdrawn, and others to any', async () => {
    const { clock, call, client } = setup();
    call.mockImplementation(async (_service, { path }) =>
      pathOf(path).endsWith('/versions/2.0.0') ? document('2.0.0', 'string') : document('1.0.0', 'string'),
    );
    expect((await client.validatorOfNew('thing-v1', '2.0.0')).version).toBe('2.0.0');
    call.mockResolvedValue(document('1.0.0', 'string', ['2.0.0']));
    clock.pass(30_000);
    await expect(client.validatorOfNew('thing-v1', '2.0.0')).rejects.toMatchObject({
      code: 'SCHEMA_WITHDRAWN',
      message: expect.stringContaining('Version 2.0.0 of `thing-v1`'),
    });
    expect((await client.validator('thing-v1', '2.0.0')).version).toBe('2.0.0');
    expect((await client.validatorOfNew('thing-v1', '1.0.0')).version).toBe('1.0.0');
    expect((await client.validatorOfNew('thing-v1')).version).toBe('1.0.0');
  });

  it('goes on with nothing once all versions were withdrawn, until there is a new one', async () => {
    const { clock, call, client } = setup();
    call.mockResolvedValueOnce(document('1.0.0', 'string')).mockRejectedValueOnce(refuse('SCHEMA_WITHDRAWN'));
    await client.validatorOfNew('thing-v1');
    clock.pass(30_000);
    await expect(client.validatorOfNew('thing-v1')).rejects.toMatchObject({ code: 'SCHEMA_WITHDRAWN' });
    await expect(client.validatorOfNew('thing-v1', '1.0.0')).rejects.toMatchObject({
      code: 'SCHEMA_WITHDRAWN',
    });
    call.mockResolvedValue(document('1.1.0', 'string', ['1.0.0']));
    clock.pass(30_000);
    expect((await client.validatorOfNew('thing-v1')).version).toBe('1.1.0');
  });
});
