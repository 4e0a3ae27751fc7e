import { z } from 'zod';

/** A variable that holds a URL of one of these protocols, e.g. `http:`. */
export const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );

export const optionalHttp = url('http:', 'https:').optional();

/** A variable that holds a whole number. */
export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
    .meta({ min, max });
}

/** A list with commas between, each entry of which is `what` says. */
export const list = (isEntry: (text: string) => boolean, what: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .refine((entries) => entries.every(isEntry), `must be ${what}, with commas between`);

/** A secret of at least so many characters. */
export const longSecret = (length: number) =>
  secret(z.string().min(length, `must have at least ${length} characters`).optional());

/** As {@link longSecret}, one in each line: another takes the place of one while both are known. */
export const longSecrets = (length: number) =>
  secret(
    z
      .string()
      .refine((text) => {
        const lines = linesOf(text);
        return lines.length > 0 && lines.every((line) => line.length >= length);
      }, `must have at least ${length} characters in each line`)
      .optional(),
  );

/** Lines that hold something, without the spaces around them. */
export const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Marks a variable as a secret: `NAME_FILE` may name a file that holds it instead. */
export const secret = <Schema extends z.ZodType>(schema: Schema): Schema => schema.meta({ secret: true });

/** Marks variables as read by some services alone, which `docs/configuration.md` names. Default: by all. */
export const readBy = <Variables extends Readonly<Record<string, z.ZodType>>>(
  readers: string,
  variables: Variables,
): Variables =>
  Object.fromEntries(
    Object.entries(variables).map(([name, schema]) => [name, schema.meta({ readBy: readers })]),
  ) as Variables;

/** A variable that is on or off. */
export const yesOrNo = z.enum(['true', 'false']).transform((text) => text === 'true');
