import { z } from 'zod';

const MAX_FAMILIES = 20;

/** Environment variables of the book compiler. */
export const settings = z.object({
  BOOK_FONTS: z
    .string()
    .default('')
    .transform((text) => text.split(',').map((name) => name.trim()))
    .transform((names) => names.filter((name) => name !== ''))
    .refine(
      (names) =>
        names.length <= MAX_FAMILIES && names.every((name) => /^[\p{L}\p{N} ._-]{1,100}$/u.test(name)),
      `must name at most ${MAX_FAMILIES} families of fonts, separated by commas, e.g. Noto Serif Devanagari`,
    )
    .describe(
      'families of fonts of the machine for letters that a PDF’s own fonts have not, by commas; default: none',
    ),
});

export type Settings = z.infer<typeof settings>;
