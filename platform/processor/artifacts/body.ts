/** Bytes of an artifact: whole, or as a stream. */
export type ArtifactBody = string | Uint8Array | AsyncIterable<Uint8Array>;

/** Chunks until `signal` aborts, also while one is waited for: whoever stores them can then clean up. */
async function* until(signal: AbortSignal, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // It may abort while no chunk is awaited.
  aborted.catch(() => undefined);
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await Promise.race([iterator.next(), aborted]);
      if (done) {
        ended = true;
        return;
      }
      yield value;
    }
  } finally {
    // Not waited for: one that waits for itself would keep whoever stores it.
    if (!ended) iterator.return?.().catch(() => undefined);
  }
}

/** A body as bytes, to be stored. */
export function bytesOf(body: ArtifactBody, signal: AbortSignal): Uint8Array | AsyncIterable<Uint8Array> {
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? body : until(signal, body);
}
