/** A value of a processor says something that cannot be. The message names it and the fix. */
export class InvalidSpec extends Error {
  override readonly name = 'InvalidSpec';
}

/** Words that PostgreSQL keeps to itself: it takes none of them for a name that is not quoted. */
const KEYWORDS: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation
  column concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze
  from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
  localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
  returning right select session_user similar some symmetric system_user table tablesample then to trailing true union
  unique user using variadic verbose when where window with`.split(/\s+/),
);

/** What keeps a name from standing in statements, where no parameter may; undefined when nothing does. */
export function wrongName(name: string): string | undefined {
  if (!/^[a-z][a-z0-9_]{0,50}$/.test(name))
    return 'use up to 51 lower-case letters, digits and underscores, a letter first';
  return KEYWORDS.has(name) ? 'PostgreSQL keeps this word to itself' : undefined;
}

/** @throws InvalidSpec */
export function memberName(name: string): string {
  const problem = wrongName(name);
  if (problem === undefined) return name;
  throw new InvalidSpec(`\`${name}\` cannot be the name of a table or member: ${problem}`);
}
