import { BlobgraphError, type ErrorCode } from '../errors/errors.ts';

export interface ModelErrorOptions {
  /** How long the model asks to be left alone, where it does. */
  readonly retryAfterMs?: number | null;
  /** Whether another text would fare the same. Default: as the class has it. */
  readonly concerns?: Concern;
  /** The server's words, secrets left out: for the log. */
  readonly details?: string | undefined;
  /** For the log. */
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

/** The model answered something that is not what was asked for: garbage, nothing, too much or too little. Another try may do better. */
export class ModelAnswerInvalid extends ModelError {
  override readonly name: string = 'ModelAnswerInvalid';
  readonly code = 'MODEL_FAILED';
  readonly retryable: boolean = true;
}

/** The answer came to the model's limit of tokens, and went on too often: less may be asked of it. */
export class ModelCutOff extends ModelAnswerInvalid {
  override readonly name = 'ModelCutOff';
  override readonly retryable = false;
}

/** Does `work`; the model's faults come out in the codes of the graph. @throws BlobgraphError MODEL_UNAVAILABLE, MODEL_FAILED */
export async function inGraphsWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ModelError) throw new BlobgraphError(error.code, error.message, { cause: error });
    throw error;
  }
}
