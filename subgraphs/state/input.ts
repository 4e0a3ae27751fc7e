import { z } from 'zod';
import { InputErrors } from '../../platform/errors.ts';

// Control characters are what this expression is there to refuse.
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const CONTROL = /[\u0000-\u001f\u007f]/;

/** A one-line text of 1 to `max` UTF-16 units, without control characters and lone surrogates. */
export const label = (max: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .refine((text) => !CONTROL.test(text), 'must not hold control characters')
    .refine((text) => text.isWellFormed(), 'must not hold half of a surrogate pair');

/** Chapters of a book, and places in it: 1 to 100,000, as `text-input-v1` has it. */
export const chapterNumber = z
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(100_000, 'must be at most 100,000');

/** @throws InputErrors VALIDATION_FAILED for each field that does not fit */
export function checkInput(schema: z.ZodType, input: unknown): void {
  const result = schema.safeParse(input);
  if (result.success) return;
  throw new InputErrors(
    result.error.issues.map((issue) => {
      const field = issue.path.join('.');
      return { field, code: 'VALIDATION_FAILED', message: `\`${field}\` ${issue.message}.` };
    }),
  );
}

/** The input in its form. @throws like {@link checkInput} */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  checkInput(schema, input);
  return schema.parse(input);
}
/** The values that are not undefined. */
export const given = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

const MAX_BATCH = 1_000;

/** Ids of many at once. */
export const idsBody = z.object({
  ids: z.array(z.string()).max(MAX_BATCH, `must have at most ${MAX_BATCH} ids`),
});
