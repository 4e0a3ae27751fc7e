import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type Behaviour,
  lengthened,
  type OpenAiServer,
  startOpenAiServer,
} from '../../platform/model/testing/openai-server.ts';
import { untilState } from '../harness/operations.ts';
import { killAt } from './harness/moments.ts';
import { expectWhole } from './harness/oracle.ts';
import { runFaultSystem } from './harness/suite.ts';

let model: OpenAiServer;

beforeAll(async () => {
  model = await startOpenAiServer();
});
afterAll(() => model?.close());
const faults = runFaultSystem(() => ({
  environment: { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'test-model' },
}));
afterEach(() => model.always({ kind: 'answer' }));

const RETRY = /* GraphQL */ `
  mutation ($id: ID!) {
    retryProcessing(blobId: $id, processorId: "text-expansion") { userErrors { code } }
  }
`;

const TEN_MEGABYTES = 'x'.repeat(10 * 1024 * 1024);
const times = (count: number, behaviour: Behaviour) => Array.from({ length: count }, () => behaviour);

describe('the language model', () => {
  it.each<[string, readonly Behaviour[]]>([
    ['429', [{ kind: 'status', status: 429, headers: { 'retry-after': '1' } }]],
    // More often than the attempts of one delivery: the next one succeeds.
    ['500', times(6, { kind: 'status', status: 500 })],
    ['the beginning, and breaks off', [{ kind: 'reset', text: 'The rain' }]],
    ['nothing', [{ kind: 'raw', body: '' }]],
    // Aborted after a minute.
    ['the beginning, and says no more', [{ kind: 'stall', text: 'The rain' }]],
  ])('answering %s for a while', async (_name, behaviours) => {
    model.behave(...behaviours);
    await faults.ledger.store();
    await expectWhole(faults.system, faults.ledger);
  });

  it.each<[string, Behaviour]>([
    ['garbage', { kind: 'raw', body: 'data: <html>\n\n' }],
    ['10 MB', { kind: 'answer', text: TEN_MEGABYTES }],
    ['10 MB that are no answer', { kind: 'raw', body: TEN_MEGABYTES }],
    ['an empty text', { kind: 'answer', text: '' }],
  ])('answering %s leaves the run failed, until it is retried', async (_name, behaviour) => {
    model.always(behaviour);
    const id = await faults.ledger.store();
    await expectWhole(faults.system, faults.ledger, { failed: [id] });
    model.always({ kind: 'answer' });
    expect(await faults.ledger.client.query(RETRY, { id })).toEqual({ retryProcessing: { userErrors: [] } });
    await expectWhole(faults.system, faults.ledger);
  });

  it('failing on one text does not delay the others', async () => {
    model.always({ kind: 'answer', text: (source) => (source.includes('poison') ? '' : lengthened(source)) });
    const poison = await faults.ledger.store('This one is poison.');
    const begin = Date.now();
    const others = [await faults.ledger.store(), await faults.ledger.store()];
    await Promise.all(others.map((id) => untilState(faults.ledger.client, id, 'COMPLETED')));
    expect(Date.now() - begin).toBeLessThan(10_000);
    await expectWhole(faults.system, faults.ledger, { failed: [poison] });
  });

  it('failing, and kill -9 of the processor before the dead letter is written', async () => {
    const letters = () =>
      faults.system.stores.withStream(
        async (manager, name) => (await manager.streams.info(`${name}_DLQ`)).state.messages,
      );
    const before = await letters();
    model.always({ kind: 'answer', text: '' });
    const killed = killAt(faults.system, 'text-expansion', {
      with: 'nats',
      moment: { sends: ['PUB ', 'dead-letter.'], keep: 'request' },
    });
    const id = await faults.ledger.store();
    await killed;
    await expectWhole(faults.system, faults.ledger, { failed: [id] });
    expect(await letters()).toBe(before + 1);
  });
});
