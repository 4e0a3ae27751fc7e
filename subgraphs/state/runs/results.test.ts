import { beforeAll, describe, expect, it } from 'vitest';
import { processorDocument } from '../registry.fixture.ts';
import { createDraft, newCaller, registry, runState } from '../subgraph.fixture.ts';
import { make, post } from './runs.fixture.ts';

runState();

beforeAll(() => {
  registry.put(
    processorDocument('book-compiler', { input_schema_ids: ['text-input-v1', 'expanded-text-v1'] }),
  );
  registry.put(processorDocument('pitch-builder', { input_schema_ids: ['text-input-v1'] }));
});

type Caller = ReturnType<typeof newCaller>;
const ask = (
  caller: Caller,
  ids: readonly string[],
  service = 'book-compiler',
  schema_id = 'expanded-text-v1',
) =>
  post<{ results: { of: string; result: { id: string } }[] }>(service, caller, '/api/v1/results', {
    ids,
    schema_id,
  });

describe('POST /api/v1/results', () => {
  it('names the newest that was made of each blob, in the schema that is asked for', async () => {
    const caller = newCaller();
    const [one, two] = [await createDraft(caller), await createDraft(caller)];
    const made = await make(caller, one);
    const { status, body } = await ask(caller, [one, two, 'none']);
    expect(status).toBe(200);
    expect(body.results).toMatchObject([{ of: one, result: { id: made, schema_id: 'expanded-text-v1' } }]);
    expect((await ask(caller, [one], 'book-compiler', 'compiled-book-v1')).body.results).toEqual([]);
  });

  it('names nothing of another user, and nothing that the processor may not read', async () => {
    const caller = newCaller();
    const draft = await createDraft(caller);
    await make(caller, draft);
    expect((await ask(newCaller(), [draft])).body.results).toEqual([]);
    expect((await ask(caller, [draft], 'pitch-builder')).status).toBe(403);
  });
});
