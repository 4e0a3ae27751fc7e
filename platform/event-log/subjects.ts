const TOKEN = '[^\\s\\p{Cc}\\p{Cs}.*>]+';
const SUBJECT = new RegExp(`^${TOKEN}(\\.${TOKEN})*$`, 'u');
const FILTER = new RegExp(`^(${TOKEN}|\\*)(\\.(${TOKEN}|\\*))*(\\.>)?$|^>$`, 'u');

/** The filter of every subject. */
export const EVERYTHING = '>';

/** True when `subject` is dot-separated tokens without wildcards. */
export const isSubject = (subject: string): boolean => SUBJECT.test(subject);

function filterPattern(filter: string): string {
  if (!FILTER.test(filter))
    throw new TypeError(
      `Subject filter ${JSON.stringify(filter)}: use dot-separated tokens, \`*\` for one and a last \`>\` for one or more`,
    );
  return filter
    .split('.')
    .map((token) => {
      if (token === '*') return '[^.]+';
      if (token === '>') return '.+';
      return token.replace(/[\\^$+?()[\]{}|/-]/g, '\\$&');
    })
    .join('\\.');
}

/** Whether every subject of the filter `narrow` is one of `wide`. */
function covers(wide: string, narrow: string): boolean {
  const [tokens, others] = [wide.split('.'), narrow.split('.')];
  const rest = tokens.at(-1) === '>' ? tokens.length - 1 : undefined;
  if (rest === undefined ? tokens.length !== others.length : others.length <= rest) return false;
  return tokens
    .slice(0, rest)
    .every((token, at) => token === others[at] || (token === '*' && others[at] !== '>'));
}

/** The fewest of the filters whose subjects are those of all, in their order. */
export function unitedFilters(filters: readonly string[]): string[] {
  const distinct = [...new Set(filters)];
  return distinct.filter((filter) => !distinct.some((other) => other !== filter && covers(other, filter)));
}

/**
 * A regular expression that the subjects of any of `filters` match, in the syntax that JavaScript and PostgreSQL
 * share.
 * @throws TypeError that names a malformed filter
 */
export function subjectPattern(filters: readonly string[]): string {
  if (filters.length === 0) throw new TypeError('subjects: name at least one subject filter');
  return `^(${filters.map(filterPattern).join('|')})$`;
}
