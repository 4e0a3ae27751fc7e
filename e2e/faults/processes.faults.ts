import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { ServiceName } from '../../platform/config/config.ts';
import { defaultSettings } from '../../platform/config/runs.ts';
import type { SeenRequest } from '../harness/proxy.ts';
import { mainJob } from '../harness/system.ts';
import { isBeginning, isRegistration, killAt, reached, type When } from './harness/moments.ts';
import { expectWhole } from './harness/oracle.ts';
import { runFaultSystem } from './harness/suite.ts';
import { workOn } from './harness/work.ts';

const faults = runFaultSystem(() => ({ intercept: ['state'] }));

const isCreate = ({ body }: SeenRequest) =>
  String((body as { query?: string } | undefined)?.query).includes('createBlob');

const published: When = { with: 'nats', moment: { sends: ['PUB ', '.blob.created.'], keep: 'request' } };
const marked: When = { with: 'mongodb', moment: { sends: ['update', 'user_blobs'], keep: 'request' } };

const rows: readonly (readonly [service: ServiceName, name: string, when: When])[] = [
  [
    'gateway',
    'when a mutation was sent on and not heard',
    { with: 'state', request: isCreate, keep: 'hold-request' },
  ],
  [
    'gateway',
    'when a mutation was done and its client not told',
    { with: 'state', request: isCreate, keep: 'hold-response' },
  ],
  [
    'state',
    'before its write',
    { with: 'mongodb', moment: { sends: ['insert', 'user_blobs'], keep: 'request' } },
  ],
  [
    'state',
    'after its write, before the index entry',
    { with: 'mongodb', moment: { sends: ['insert', 'blob_index'], keep: 'request' } },
  ],
  ['state', 'after its write, before the publish', published],
  ['state', 'after the publish, before the mark', marked],
  ['text-expansion', 'before computing', { with: 'state', request: isBeginning, keep: 'hold-request' }],
  [
    'text-expansion',
    'after computing, before storing',
    { with: 'mongodb', moment: { sends: ['insert', 'expanded_texts'], keep: 'request' } },
  ],
  [
    'text-expansion',
    'after storing, before registering',
    { with: 'state', request: isRegistration, keep: 'hold-request' },
  ],
  [
    'text-expansion',
    'after registering, before acknowledging',
    { with: 'nats', moment: { sends: ['$JS.ACK.', '.text-expansion.'], keep: 'request' } },
  ],
];

describe('kill -9', () => {
  it.each(rows)('of the %s service %s', async (service, _name, when) => {
    const killed = killAt(faults.system, service, when);
    await faults.ledger.store();
    await killed;
    await faults.ledger.store();
    await expectWhole(faults.system, faults.ledger);
  });

  it('of the state service after the publish, before the mark, past the de-duplication window', async () => {
    const { stores } = faults.system;
    const windowOf = (milliseconds: number) =>
      stores.withStream((manager, name) =>
        manager.streams.update(name, { duplicate_window: milliseconds * 1_000_000 }),
      );
    const repeated = async () => {
      const log = await stores.log(faults.ledger.userId);
      expect(log.filter(({ kind }) => kind === 'created')).toHaveLength(2);
    };
    const killed = killAt(faults.system, 'state', marked, async () => void (await windowOf(100)));
    await faults.ledger.store();
    await killed;
    // The message is published again, outside the log's de-duplication window.
    await vi.waitFor(repeated, { timeout: 30_000, interval: 200 });
    await expectWhole(faults.system, faults.ledger, { repeats: true });
  });
});

/** Ten seconds to finish or hand back open work, and one to exit. */
const ENDS_WITHIN_MS = 11_000;

describe('SIGTERM while users write', () => {
  it.each(mainJob)('of the %s service', async (service) => {
    const work = workOn([faults.ledger]);
    await work.goesOn();
    const begun = performance.now();
    await faults.system.process(service).stop();
    expect(performance.now() - begun).toBeLessThan(ENDS_WITHIN_MS);
    await faults.system.restart(service);
    await work.goesOn();
    await work.stop();
    await expectWhole(faults.system, faults.ledger);
  });
});

describe('SIGSTOP', () => {
  const deliveries = () =>
    faults.system.stores.withStream(
      async (manager, name) => (await manager.consumers.info(name, 'text-expansion')).delivered.consumer_seq,
    );

  it('of a processor for longer than its acknowledgement wait', async () => {
    const stopped = reached(faults.system, {
      with: 'mongodb',
      moment: { sends: ['insert', 'expanded_texts'], keep: 'request' },
    }).then((release) => {
      faults.system.process('text-expansion').signal('SIGSTOP');
      release();
    });
    await faults.ledger.store();
    await stopped;
    const before = await deliveries();
    // The length is the fault: a stopped process shows nothing to wait for.
    await pause(defaultSettings.ackWaitMs + 2_000);
    faults.system.process('text-expansion').signal('SIGCONT');
    await expectWhole(faults.system, faults.ledger);
    expect(await deliveries(), 'deliveries').toBeGreaterThan(before);
  });
});
