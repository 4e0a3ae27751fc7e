const MAX_LENGTH = 80;

/**
 * Turns a text into a path segment that every system accepts: letters, marks and digits of any script, `.`, `-`, `_`
 * and inner spaces; no separators, no control or bidirectional characters, no dot at either end. Empty when nothing is
 * left.
 */
export const safeName = (text: string): string =>
  [...text.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}._ -]+/gu, '_')]
    .slice(-MAX_LENGTH)
    .join('')
    .replace(/^[ ._]+|[ ._]+$/g, '')
    .replace(/\.{2,}/g, '.');

const numbered = (serial: number): string => String(serial).padStart(6, '0');

/** The path of a folder's next file. Its name begins with the serial number, which keeps equal names apart. */
export const pathIn = (folder: string, serial: number, name: string): string =>
  `${folder}/${numbered(serial)}${name === '' || name.startsWith('.') ? name : ` ${name}`}`;
