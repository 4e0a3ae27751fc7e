import type { ErrorCode } from '../../../platform/errors.ts';

/** A stretch of the original text and the stretch of the expansion that came of it, in UTF-16 units. */
export interface Section {
  /** From 0, in the text's order. The sections tile both texts. */
  readonly index: number;
  /** The heading that it stands under, where there is one. */
  readonly title: string | null;
  readonly originalStart: number;
  readonly originalLength: number;
  readonly expandedStart: number;
  readonly expandedLength: number;
  /** Why it stands as it was written, in a sentence for its user. Null: it was expanded. */
  readonly kept: string | null;
}

export interface ExpandRequest {
  readonly text: string;
  /** For whom: users share a model's places fairly. Default: nobody known. */
  readonly userId?: string | undefined;
  /** Stops the work: the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Hears how much is done, from 0 to 1, growing. */
  readonly onProgress?: (done: number) => void;
  /** Waits, and lets other work have this one's place meanwhile. Default: it waits. */
  readonly park?: Park | undefined;
}

/** Waits in a way that takes nobody's place. */
export type Park = <T>(wait: () => Promise<T>) => Promise<T>;

export interface Expansion {
  readonly expanded: string;
  readonly sections: readonly Section[];
  /** Tokens read and written, as the model counts them. */
  readonly tokensUsed: number;
  /** The model that wrote it, as it names itself. */
  readonly modelUsed: string;
}

/** Makes a text longer, section by section. */
export interface TextModel {
  /** For logs and readiness; what wrote a given text is `modelUsed`. */
  readonly name: string;
  /** @throws ModelError, of which `retryable` says whether asking again may help */
  expand(request: ExpandRequest): Promise<Expansion>;
}

export interface ModelErrorOptions {
  /** How long the model asks to be left alone, where it does. */
  readonly retryAfterMs?: number | null;
  /** Whether another text would fare the same. Default: as the class has it. */
  readonly concerns?: Concern;
  /** The server's words, secrets left out: for the log. */
  readonly details?: string | undefined;
  readonly cause?: unknown;
}

/** `server`: whatever is asked of it would fail now. `text`: another text may well succeed. */
export type Concern = 'server' | 'text';

/** A model did not do its work. The message is for the user: it holds no address and no key. */
export abstract class ModelError extends Error {
  abstract readonly code: ErrorCode & ('MODEL_UNAVAILABLE' | 'MODEL_FAILED');
  /** True when the same request may succeed when it is asked again. */
  abstract readonly retryable: boolean;
  readonly concerns: Concern;
  readonly retryAfterMs: number | null;
  readonly details: string | undefined;

  constructor(message: string, options: ModelErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.concerns = options.concerns ?? 'text';
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.details = options.details;
  }
}

/** The model is out of reach, overloaded or broke off, and stayed so for as many tries as are made. */
export class ModelUnavailable extends ModelError {
  override readonly name = 'ModelUnavailable';
  readonly code = 'MODEL_UNAVAILABLE';
  readonly retryable = true;
}

/** The model took longer than it may. */
export class ModelTimeout extends ModelError {
  override readonly name = 'ModelTimeout';
  readonly code = 'MODEL_UNAVAILABLE';
  readonly retryable = true;
}

/** The model will not do this, however often it is asked. */
export class ModelRefused extends ModelError {
  override readonly name = 'ModelRefused';
  readonly code = 'MODEL_FAILED';
  readonly retryable = false;
}

/** The request and its answer are longer than what the model holds at once: less may be asked of it. */
export class ModelContextExceeded extends ModelError {
  override readonly name = 'ModelContextExceeded';
  readonly code = 'MODEL_FAILED';
  readonly retryable = false;
}

/** The model answered something that is no expansion: garbage, nothing, too much or too little. Another try may do better. */
export class ModelAnswerInvalid extends ModelError {
  override readonly name: string = 'ModelAnswerInvalid';
  readonly code = 'MODEL_FAILED';
  readonly retryable: boolean = true;
}

/** The answer came to the model's limit of tokens, and went on too often: a shorter text may well be expanded. */
export class ModelCutOff extends ModelAnswerInvalid {
  override readonly name = 'ModelCutOff';
  override readonly retryable = false;
}
