import type { UserError } from '../errors/errors.ts';
import { hasControls } from './label.ts';

function mistake(field: string, value: unknown, max: number): UserError | null {
  if (value == null) return null;
  const invalid = (message: string): UserError => ({ field, code: 'VALIDATION_FAILED', message });
  if (typeof value !== 'string') return invalid(`\`${field}\` must be text.`);
  if (!value.isWellFormed() || value.includes('\0')) {
    const message = `\`${field}\` holds NUL or half of a surrogate pair, which cannot be stored. Remove it.`;
    return { field, code: 'TEXT_MALFORMED', message };
  }
  if (value.trim() === '' || value.length > max)
    return invalid(`\`${field}\` must have 1 to ${max} characters.`);
  return hasControls(value)
    ? invalid(`\`${field}\` holds a control character, such as a line break. Remove it.`)
    : null;
}

/**
 * Mistakes in the texts of a command's input: each must be one line of 1 to so many UTF-16 units, where it is given.
 * `limits`: by field.
 */
export const textMistakes = <Field extends string>(
  texts: Readonly<Partial<Record<Field, unknown>>>,
  limits: Readonly<Record<Field, number>>,
): UserError[] =>
  (Object.keys(limits) as Field[]).flatMap((field) => mistake(field, texts[field], limits[field]) ?? []);
