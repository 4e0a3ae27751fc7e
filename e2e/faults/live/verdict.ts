import { expect } from 'vitest';
import type { Told } from '../../harness/transports.ts';
import type { Ledger } from '../harness/ledger.ts';
import type { LogEntry } from '../harness/stores.ts';
import type { FaultSystem } from '../harness/system.ts';
import { keyOf, toBeTold, withoutRepetition } from '../harness/told.ts';
import type { Subscriber } from './subscriber.ts';

/** How a connection may end that is killed under its client: none of them says that there is nothing more to come. */
const CUT: ReadonlySet<string> = new Set([
  'came back',
  'cut',
  // A WebSocket that was closed without a word.
  '1006',
  'SERVICE_UNAVAILABLE',
  'OVERLOADED',
  'SLOW_CONSUMER',
]);

type Step = Pick<LogEntry, 'blobId' | 'version' | 'kind'>;

/** A change in words: deletions are told apart, since a client forgets what it has by them. */
const inWords = (step: Step): string =>
  `${keyOf(step)}${step.kind.toUpperCase() === 'DELETED' ? ' deleted' : ''}`;

/** Nothing is left out in silence: what came without its blob, and without an error, is deleted by now. */
function nothingWithheld(heard: readonly Told[], gone: ReadonlySet<string>): void {
  const withheld = heard.filter(({ blob, blobId }) => blob === 'none' && !gone.has(blobId));
  expect(withheld, 'changes that came without their blob').toEqual([]);
}

/**
 * Each subscriber of a user was told each change of the log once, in the log's order, whatever was killed meanwhile: but
 * for progress that was overtaken while it was away.
 */
export async function expectAllTold(
  { stores }: Pick<FaultSystem, 'stores'>,
  { userId }: Ledger,
  subscribers: readonly Subscriber[],
): Promise<void> {
  const changes = withoutRepetition(await stores.log(userId));
  const kinds = new Set(changes.map(({ kind }) => kind));
  expect([...kinds]).toEqual(
    expect.arrayContaining(['created', 'processing', 'indexed', 'completed', 'deleted']),
  );
  const gone = new Set(changes.filter(({ kind }) => kind === 'deleted').map(({ blobId }) => blobId));
  for (const subscriber of subscribers) {
    const wanted = await toBeTold(changes, () => subscriber.heard, { timeout: 60_000, interval: 200 });
    expect(subscriber.heard.map(inWords), `told by ${subscriber.name}`).toEqual(wanted.map(inWords));
    nothingWithheld(subscriber.heard, gone);
    expect(
      subscriber.ends.filter((end) => !CUT.has(end)),
      `ends of ${subscriber.name}`,
    ).toEqual([]);
  }
  const all = subscribers.flatMap(({ heard }) => heard);
  const placed = new Map(all.map((told) => [keyOf(told), told.cursor]));
  expect(all.filter((told) => placed.get(keyOf(told)) !== told.cursor)).toEqual([]);
}
