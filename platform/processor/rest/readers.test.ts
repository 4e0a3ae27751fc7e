import { expect, it, vi } from 'vitest';
import type { ProcessorDocument } from '../../clients/registry.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { createReaders } from './readers.ts';

const alice = { userId: 'alice', roles: [] };
const registered = (id: string, ...readable_schema_ids: string[]) =>
  ({ id, readable_schema_ids }) as unknown as ProcessorDocument;

function setUp(...processors: ProcessorDocument[]) {
  const get = vi.fn(async (id: string) => processors.find((each) => each.id === id));
  const assertReader = createReaders({
    processors: { get },
    processorId: 'text-expansion',
    schemaId: 'expanded-text-v1',
  });
  return { get, ask: (service: string) => assertReader({ service, viewer: alice }) };
}

it('a processor that takes or reads the schema reads, and no other does', async () => {
  const { ask } = setUp(registered('book-compiler', 'expanded-text-v1'), registered('rogue', 'note-v1'));
  await expect(ask('book-compiler')).resolves.toBeUndefined();
  for (const service of ['rogue', 'unknown', '__proto__'])
    await expect(ask(service)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

it('the owner itself and the system’s own services are not asked about', async () => {
  const { ask, get } = setUp();
  for (const service of ['text-expansion', 'gateway', 'processors', 'state'])
    await expect(ask(service)).resolves.toBeUndefined();
  expect(get).not.toHaveBeenCalled();
});

it('nothing is handed out while the registry does not answer', async () => {
  const { ask, get } = setUp(registered('book-compiler', 'expanded-text-v1'));
  get.mockRejectedValue(new BlobgraphError('SERVICE_UNAVAILABLE', 'Away.'));
  await expect(ask('book-compiler')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
});
