import { Readable } from 'node:stream';
import { STREAM_IDLE_MS } from '../http/transport.ts';

/** The body of a streamed answer, read as it is made: whoever makes it waits for whoever reads it. */
export class AnswerBody extends Readable {
  readonly #onGone: () => void;
  readonly #timer: NodeJS.Timeout;
  /** Lets the next piece come. */
  #more: (() => void) | undefined;

  /** `onGone`: called when it is read or nobody reads it any more. */
  constructor(onGone: () => void) {
    super();
    this.#onGone = onGone;
    this.#timer = setTimeout(() => this.#whenIdle(), STREAM_IDLE_MS);
  }

  add(piece: string | Buffer, done: () => void): void {
    this.#timer.refresh();
    if (this.push(piece)) done();
    else this.#more = done;
  }

  override _read(): void {
    const more = this.#more;
    if (!more) return;
    this.#more = undefined;
    this.#timer.refresh();
    more();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#onGone();
    // Whoever waits for the answer's beginning has not listened yet.
    if (error) setImmediate(done, error);
    else done();
  }

  #whenIdle(): void {
    // It is the reader who takes its time.
    if (this.#more) this.#timer.refresh();
    else this.destroy(new Error(`Nothing of the answer came for ${STREAM_IDLE_MS} ms`));
  }
}
