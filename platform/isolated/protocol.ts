/** Sent to the process at its start. */
export interface IsolatedTask {
  readonly task: unknown;
  /** Bytes that it may have resident at most. */
  readonly maxBytes: number;
}

/** Sent by the process: as often as it likes, and one answer or one error at its end. */
export type IsolatedMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly stage: string }
  | { readonly kind: 'answer'; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'memory'; readonly bytes: number };
