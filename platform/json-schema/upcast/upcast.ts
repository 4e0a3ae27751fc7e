import { BlobgraphError } from '../../errors/errors.ts';
import { fieldOf } from '../../json/pointer.ts';
import type { Validator } from '../validator.ts';
import { newestFirst } from '../versions/versions.ts';
import { chainOf, type WrittenUpcaster } from './chain.ts';
import { applyChanges, type DeclaredChange } from './declared.ts';

/** A version of a schema as far as documents are made of others by it. */
export interface UpcastVersion {
  readonly validate: Validator;
  /** Its `x-upcast`. */
  readonly changes: readonly DeclaredChange[];
}

/** The versions of a schema. */
export interface UpcastSchema {
  readonly id: string;
  /** Versions that take documents. */
  readonly versions: readonly string[];
  /** Upcasters that ship with it. */
  readonly written: readonly WrittenUpcaster[];
  version(version: string): Promise<UpcastVersion>;
}

const MAX_STEPS = 100;

const failed = (message: string, cause?: unknown): BlobgraphError =>
  new BlobgraphError('UPCAST_FAILED', message, { field: 'schemaVersion', cause });

async function stepsOf(schema: UpcastSchema, from: string, to: string) {
  if (newestFirst(from, to) < 0) {
    const message = `The blob is of version ${from} of \`${schema.id}\`: it can be read as a newer version, and not as ${to}.`;
    throw failed(message);
  }
  const steps = chainOf(from, to, schema.versions, schema.written);
  if (steps.length > MAX_STEPS)
    throw failed(`There are more than ${MAX_STEPS} versions of \`${schema.id}\` between ${from} and ${to}.`);
  return steps;
}

/** A written upcaster's result. It is ours: what it throws is not for users. */
function written(upcast: WrittenUpcaster['upcast'], data: unknown, what: string): unknown {
  try {
    return upcast(data as never);
  } catch (error) {
    throw failed(`The upcaster to ${what} failed on this blob.`, error);
  }
}

/**
 * A document of an earlier version as one of a later version; the document itself is not changed. Takes time linear in it
 * for each version between.
 * @throws BlobgraphError UPCAST_FAILED: `to` is the older one, or what came of it does not fit; SCHEMA_UNKNOWN
 */
export async function upcast(
  schema: UpcastSchema,
  data: unknown,
  from: string,
  to: string,
): Promise<unknown> {
  if (from === to) return data;
  const target = await schema.version(to);
  let document = structuredClone(data);
  for (const step of await stepsOf(schema, from, to)) {
    const what = `${step.to} of \`${schema.id}\``;
    if (step.upcast) document = written(step.upcast, document, what);
    else applyChanges(document, (await schema.version(step.to)).changes);
  }
  const [mistake] = target.validate(document);
  if (!mistake) return document;
  const where = fieldOf(mistake.pointer);
  throw failed(
    `Read as version ${to} of \`${schema.id}\`, this blob does not fit it at \`${where}\`: ${mistake.message}`,
  );
}
