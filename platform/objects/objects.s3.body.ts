import { Readable } from 'node:stream';
import { bounded } from '../time/bounded.ts';
import { type ObjectBody, ObjectStoreUnavailable } from './objects.ts';

function* slices(body: Uint8Array, size: number): Generator<Uint8Array> {
  for (let from = 0; from < body.byteLength; from += size) yield body.subarray(from, from + size);
}

/** A body in parts of exactly `size` bytes, the last one smaller; none of an empty one. */
export async function* inParts(body: ObjectBody, size: number): AsyncGenerator<Uint8Array, void> {
  if (body instanceof Uint8Array) return yield* slices(body, size);
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    waiting.push(piece);
    bytes += piece.byteLength;
    if (bytes < size) continue;
    const [...parts] = slices(Buffer.concat(waiting), size);
    const rest = bytes % size === 0 ? undefined : parts.pop();
    yield* parts;
    waiting = rest ? [rest] : [];
    bytes = rest?.byteLength ?? 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

/**
 * A body from a server. A piece that does not come within `idleMs` of being asked for ends it: a reader that takes its
 * time does not.
 */
export function readingOf(source: Readable, idleMs: number): Readable {
  async function* read(): AsyncGenerator<Uint8Array> {
    const iterator = source[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await bounded('The next piece of an object', idleMs, iterator.next());
        if (next.done) return;
        yield next.value;
      }
    } catch (error) {
      throw new ObjectStoreUnavailable(error);
    } finally {
      source.destroy();
    }
  }
  const body = Readable.from(read(), { objectMode: false });
  body.once('close', () => source.destroy());
  return body;
}
