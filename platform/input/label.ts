import { z } from 'zod';
import { InputErrors } from '../errors/errors.ts';

/** Whether a text holds control characters, of which line breaks and tabs are some. */
export const hasControls = (text: string): boolean => /\p{Cc}/u.test(text);

const line = (max: number, isEmpty: (text: string) => boolean) =>
  z
    .string('must be a text')
    .refine((text) => !isEmpty(text), 'must not be empty')
    // Zod's own `max` counts code points.
    .refine((text) => text.length <= max, `must have at most ${max} characters`)
    .refine((text) => !hasControls(text), 'must not hold control characters')
    .refine((text) => text.isWellFormed(), 'must not hold half of a surrogate pair');

/** A one-line text of 1 to `max` UTF-16 units, without control characters and lone surrogates. */
export const label = (max: number) => line(max, (text) => text === '');

/** A {@link label} that is not blank. */
export const filled = (max: number) => line(max, (text) => text.trim() === '');

/** The input in its form. @throws InputErrors VALIDATION_FAILED for each field that does not fit */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new InputErrors(
    result.error.issues.map(({ path, message }) => {
      const field = path.join('.');
      return { field, code: 'VALIDATION_FAILED', message: `\`${field}\` ${message}.` };
    }),
  );
}
