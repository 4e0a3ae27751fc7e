import { setImmediate as turn } from 'node:timers/promises';
import { unlessAborted } from '../../platform/time/unless-aborted.ts';
import type { UsedDocument, WarmOperations } from './operations.ts';

/** Of each kind; more are planned when they are asked for. */
const MOST_DOCUMENTS = 1_000;

/** The documents to be made ready. */
export interface Warming {
  /** Operations in use, the last one first. */
  readonly used: Iterable<UsedDocument>;
  /** Documents that may be asked for, although they were not. */
  readonly texts: readonly string[];
  /** Ends it: what is not ready by then is made so when it is asked for. */
  readonly signal: AbortSignal;
}

/**
 * Makes operations ready before anybody asks for them, one after the other, with turns of the event loop for others in between.
 * A document that is not valid here, or cannot be planned, is left to whoever asks for it. Resolves to how many are ready.
 */
export async function warm(
  operations: Pick<WarmOperations<never>, 'adopt' | 'prepare'>,
  { used, texts, signal }: Warming,
): Promise<number> {
  // Read at once: what is asked for meanwhile is not of it.
  const work = [
    ...[...used].slice(0, MOST_DOCUMENTS).map((document) => () => operations.adopt(document)),
    ...texts.slice(0, MOST_DOCUMENTS).map((text) => () => operations.prepare(text)),
  ];
  let ready = 0;
  for (const each of work) {
    await turn();
    if (signal.aborted) break;
    const isReady = await unlessAborted(each, signal).then(
      () => true,
      () => false,
    );
    if (isReady) ready += 1;
  }
  return ready;
}
