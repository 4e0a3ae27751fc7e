const MAX = 60;

/**
 * An id made of a title, e.g. `the-ferry-ledger`: lower-case, without accents, letters of any script. Empty where the title has neither
 * letters nor digits.
 */
export const idOf = (title: string): string =>
  title
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, (marks, at: number, whole: string) =>
      // Accents of Latin letters alone: in other scripts, marks are part of the spelling.
      /\p{Script=Latin}/u.test(whole.charAt(at - 1)) ? '' : marks,
    )
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/['’]/g, '')
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .slice(0, MAX)
    .replaceAll(/^-+|-+$/g, '');
