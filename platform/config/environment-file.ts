/** A file of variables that POSIX shells read by `set -a; . FILE`, one `NAME='value'` a line. */
const VARIABLE = /^([A-Za-z_]\w*)=((?:'[^']*'|\\')*)$/gm;

/** A value as one word of a POSIX shell, whatever it holds but NUL: within single quotes nothing has a meaning. */
const quoted = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`;

const unquoted = (word: string): string =>
  word.replace(/'([^']*)'|\\(')/g, (_, text, quote) => text ?? quote);

/** The file's text. Names are a shell's: letters, digits and underscores. */
export const formatEnvironment = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join('');

/** The variables of a text that {@link formatEnvironment} made. */
export const parseEnvironment = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(VARIABLE)].map(([, name = '', word = '']) => [name, unquoted(word)]));
