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
}

export interface ExpandRequest {
  readonly text: string;
  /** Stops the work: the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Hears how much is done, from 0 to 1, growing. */
  readonly onProgress?: (done: number) => void;
}

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

/** A model did not do its work. The message is for the user: it holds no address, key or text of theirs. */
export abstract class ModelError extends Error {
  abstract readonly code: ErrorCode & ('MODEL_UNAVAILABLE' | 'MODEL_FAILED');
  /** True when the same request may succeed later. */
  abstract readonly retryable: boolean;
}

/** The model is out of reach, overloaded or broke off, and stayed so for as many tries as are made. */
export class ModelUnavailable extends ModelError {
  override readonly name = 'ModelUnavailable';
  readonly code = 'MODEL_UNAVAILABLE';
  readonly retryable = true;
  /** How long the model asks to be left alone, where it does. */
  readonly retryAfterMs: number | null;

  constructor(message: string, options: { retryAfterMs?: number | null; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
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

/** The model answered something that is no expansion: garbage, nothing, too much, or cut off. */
export class ModelAnswerInvalid extends ModelError {
  override readonly name = 'ModelAnswerInvalid';
  readonly code = 'MODEL_FAILED';
  readonly retryable = false;
}
