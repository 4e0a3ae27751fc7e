import { ModelAnswerInvalid, type ModelError, ModelRefused, ModelUnavailable } from '../errors.ts';
import { type Chunk, readChunk } from './chunks.ts';
import { endingOf, saysNothing } from './endings.ts';

export interface Completion {
  /** As it came, at most {@link CompletionRequest.longest} UTF-16 units. */
  readonly text: string;
  /** True when the answer was cut off at the model's limit of tokens. */
  readonly cutOff: boolean;
  /** Tokens of request and answer, where the server counts them. */
  readonly tokens: number | null;
  /** The model as the server names it. */
  readonly model: string | null;
}

/** The server stopped in the middle: it may have given this answer up for another request. */
export class ModelInterrupted extends ModelUnavailable {}

/** The server tells of an error in the place of an answer. Its text is yet to be read: it may hold secrets. */
export class ErrorInAnswer extends Error {
  override readonly name = 'ErrorInAnswer';
  readonly body: string;

  constructor(body: string) {
    super('The server tells of an error in its answer.');
    this.body = body;
  }
}

export const tooLong = (): ModelError =>
  new ModelAnswerInvalid('The language model answered far more than was asked for.');

const unreadable = (cause?: unknown): ModelError =>
  new ModelAnswerInvalid('The language model answered something that cannot be read.', { cause });

function parse(data: string): Chunk {
  let chunk: Chunk;
  try {
    chunk = readChunk(data);
  } catch (cause) {
    throw unreadable(cause);
  }
  if (chunk.failed) throw new ErrorInAnswer(data);
  return chunk;
}

/** Gathers an answer from its events. */
export class Answer {
  readonly #longest: number;
  readonly #pieces: string[] = [];
  /** Pieces that were taken. */
  #taken = 0;
  #length = 0;
  #finish: string | null = null;
  /** The server has the member `finish_reason`, so that it is missed where it says nothing. */
  #tellsFinish = false;
  #tokens: number | null = null;
  #model: string | null = null;
  #done = false;
  #known = false;
  #events = 0;

  /** @param longest of the answer, in UTF-16 units */
  constructor(longest: number) {
    this.#longest = longest;
  }

  get length(): number {
    return this.#length;
  }

  /** The text that came since this was last called. */
  takeNew(): string {
    const added = this.#pieces.slice(this.#taken).join('');
    this.#taken = this.#pieces.length;
    return added;
  }

  /** The server sent its last word. */
  get done(): boolean {
    return this.#done;
  }

  /** The server said why the answer ends: nothing of it is missing. */
  get ended(): boolean {
    return this.#finish !== null;
  }

  /** @throws ModelError, ErrorInAnswer */
  read(data: string): void {
    this.#events++;
    if (data.trim() === '[DONE]') this.#done = true;
    else this.#add(parse(data));
  }

  /** An answer that came in one piece, whether or not it says that it ends. @throws ModelError, ErrorInAnswer */
  readWhole(data: string): void {
    this.#events++;
    const chunk = parse(data);
    if (!chunk.known) throw unreadable();
    this.#add(chunk);
    if (chunk.finish == null) this.#finish ??= 'stop';
    this.#done = true;
  }

  #add(chunk: Chunk): void {
    if (chunk.refusal) throw new ModelRefused('The language model declined to answer.');
    this.#known ||= chunk.known;
    this.#model ??= chunk.model;
    this.#tokens = chunk.tokens ?? this.#tokens;
    if (chunk.finish !== undefined) this.#tellsFinish = true;
    if (!saysNothing(chunk.finish)) this.#finish = chunk.finish ?? null;
    this.#pieces.push(chunk.text);
    this.#length += chunk.text.length;
    if (this.#length > this.#longest) throw tooLong();
  }

  /** @throws ModelError unless the server said that it came to the answer's end, or to its limit */
  finish(): Completion {
    if (this.#events > 0 && !this.#known && !this.#done) throw unreadable();
    const ending = this.#finish === null ? this.#silentEnding() : endingOf(this.#finish);
    if (ending === 'filtered')
      throw new ModelRefused('The language model’s content filter stopped its answer.');
    if (ending === 'broken') throw this.#brokenOff();
    return {
      text: this.#pieces.join(''),
      cutOff: ending === 'cut',
      tokens: this.#tokens,
      model: this.#model,
    };
  }

  /** llama-cpp-python sends `[DONE]` also for an answer that it gives up: without the reason that its others have. */
  #silentEnding(): 'complete' | 'broken' {
    return this.#done && !this.#tellsFinish ? 'complete' : 'broken';
  }

  #brokenOff(): ModelError {
    const reason = /^[\w -]{1,40}$/.test(this.#finish ?? '') ? ` (${this.#finish})` : '';
    return new ModelInterrupted(`The language model broke off in the middle of its answer${reason}.`);
  }
}
