/** How long and how large an answer may be. */
export interface AnswerLimits {
  /** Milliseconds to its end, those included in which the request waits to be sent. */
  readonly timeoutMs: number;
  /** Bytes of its body. Default: any number. */
  readonly maxBytes?: number | undefined;
  /** Waited for once, before more than so many bytes of the body are read. */
  readonly large?: { readonly fromBytes: number; readonly wait: () => Promise<void> } | undefined;
  /** Rejects with its reason when it aborts. Default: nothing does. */
  readonly signal?: AbortSignal | undefined;
}

export interface TextAnswer {
  /** Any, be it an error's; redirects are not followed. */
  readonly status: number;
  readonly text: string;
}

/** The answer's body is larger than it may be. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

export const timedOut = (ms: number): DOMException =>
  new DOMException(`There was no answer within ${ms} ms`, 'TimeoutError');

type Piece = string | Buffer;

/** Half of a surrogate pair is U+FFFD in UTF-8. */
const asSent = (text: string): string => (text.isWellFormed() ? text : text.toWellFormed());

function textOf(pieces: readonly Piece[]): string {
  const [first = '', ...more] = pieces;
  if (more.length === 0) return typeof first === 'string' ? asSent(first) : first.toString('utf8');
  if (pieces.every((piece) => typeof piece === 'string')) return asSent(pieces.join(''));
  const bytes = pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece));
  return Buffer.concat(bytes).toString('utf8');
}

export interface GatheringDependencies {
  readonly limits: AnswerLimits;
  readonly resolve: (answer: TextAnswer) => void;
  /** With AnswerTooLarge, a TimeoutError, the signal's reason, or what {@link Gathering.fail} was told. */
  readonly reject: (error: unknown) => void;
  /** Called when nobody wants the answer any more. */
  readonly breakOff: (reason: Error) => void;
}

/** Gathers an answer piece by piece: a stream in between would cost more than the rest of the request. */
export class Gathering {
  readonly #deps: GatheringDependencies;
  readonly #timer: NodeJS.Timeout;
  readonly #pieces: Piece[] = [];
  #failure: Error | undefined;
  #status = 0;
  #bytes = 0;
  #isLarge = false;

  constructor(deps: GatheringDependencies) {
    const { timeoutMs, signal } = deps.limits;
    this.#deps = deps;
    this.#timer = setTimeout(() => this.fail(timedOut(timeoutMs)), timeoutMs);
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  readonly #onAbort = (): void => this.fail(this.#deps.limits.signal?.reason as Error);

  /** Why nobody wants the answer any more; undefined while somebody does. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** `length`: bytes of the body, as its head says; 0 where it says nothing. */
  begin(status: number, length: number): void {
    this.#status = status;
    this.#assertFits(length);
  }

  /** Takes a piece; what it returns is waited for before the next. */
  add(piece: Piece): Promise<void> | undefined {
    const bytes = this.#bytes + Buffer.byteLength(piece);
    if (!this.#assertFits(bytes)) return undefined;
    this.#bytes = bytes;
    this.#pieces.push(piece);
    const { large } = this.#deps.limits;
    if (!large || this.#isLarge || bytes <= large.fromBytes) return undefined;
    this.#isLarge = true;
    return large.wait().catch((error: unknown) => this.fail(error as Error));
  }

  end(): void {
    this.#stop();
    this.#deps.resolve({ status: this.#status, text: textOf(this.#pieces) });
  }

  fail(failure: Error): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#stop();
    this.#deps.reject(failure);
    this.#deps.breakOff(failure);
  }

  #assertFits(bytes: number): boolean {
    const { maxBytes = Number.POSITIVE_INFINITY } = this.#deps.limits;
    if (bytes <= maxBytes) return true;
    this.fail(new AnswerTooLarge(`The answer has more than ${maxBytes} bytes`));
    return false;
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#deps.limits.signal?.removeEventListener('abort', this.#onAbort);
  }
}
