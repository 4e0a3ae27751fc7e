import type { StateClient } from '../../clients/state.ts';
import type { BlobgraphError } from '../../errors/errors.ts';
import type { Run } from './run.ts';

/** A command's input, checked. */
export interface CommandRequest<Input> {
  readonly input: Input;
  /** Null: each request makes another blob. */
  readonly idempotencyKey: string | null;
}

/** Work on demand: a mutation that takes `input` and answers the blob and `userErrors`. */
export interface CommandDefinition<Opened, Input, Plan> {
  /** The payload's field: of the processor's own type, or `blob`, the index entry. */
  readonly payload: string;
  /** True: the blob is stored as PENDING at once and made by a run. Default: made within the request. */
  readonly pending?: boolean;
  /** Checks the input and fills in its defaults. @throws InputErrors with every mistake */
  parse(input: unknown): CommandRequest<Input>;
  /** SHA-256 in hex of all that decides what the input makes. Default: of the input as JSON. */
  readonly inputHash?: (input: Input) => string;
  /** The sources and further input of the run, as JSON. @throws InputErrors, BlobgraphError */
  readonly plan: (
    request: { readonly input: Input; readonly userId: string },
    deps: { readonly state: StateClient },
  ) => Promise<{ readonly sourceIds: readonly string[]; readonly title?: string; readonly plan: Plan }>;
  /** Default: the processor's `run`. */
  readonly run?: Run<Opened, Plan>;
  /** Rewords an error of the platform for its user, e.g. with the input's field. Default: unchanged. */
  readonly explain?: (error: BlobgraphError, request: CommandRequest<Input>) => BlobgraphError;
}
