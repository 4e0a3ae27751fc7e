import type { GraphQLFormattedError } from 'graphql';
import type { ErrorsByPlace } from '../data/located-errors.ts';
import type { Values } from '../data/values.ts';
import type { Introspected } from './introspection.ts';
import type { DeferredObject, Place } from './shape.ts';

export interface CompletionOptions {
  /** The root of the result. */
  readonly place: Place;
  /** The merged answers of subgraphs, by their keys. */
  readonly data: Values;
  /** Undefined when subgraphs reported none. */
  readonly errors: ErrorsByPlace | undefined;
  /** Null when the operation has no introspection fields. */
  readonly introspected: Introspected | null;
  /** Bytes that the answer may have, approximately. */
  readonly maxBytes: number;
  /** Bytes of it that were told before. Default: none. */
  readonly bytesBefore?: number;
  /** The path of what is told later. Default: the root, all of which is told. */
  readonly path?: readonly (string | number)[];
}

export interface CompletedResult {
  /** By response key; null when an error nulls the whole result. */
  readonly data: Values | null;
  /** With paths of response keys; errors that belong to no field come last. */
  readonly errors: readonly GraphQLFormattedError[];
  /** Approximate size as JSON, with what was told before and without the errors. */
  readonly bytes: number;
  /** Those within `data` alone: of what an error has nulled no more is told. */
  readonly deferred: readonly DeferredObject[];
}
