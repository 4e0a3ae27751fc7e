/** A value of a processor says something that cannot be. The message names it and the fix. */
export class InvalidSpec extends Error {
  override readonly name = 'InvalidSpec';
}

/** Names stand in statements where no parameter may; there they are quoted, for some are words of SQL. @throws InvalidSpec */
export function memberName(name: string): string {
  if (/^[a-z][a-z0-9_]{0,50}$/.test(name)) return name;
  throw new InvalidSpec(
    `\`${name}\` cannot be the name of a table or member: use up to 51 lower-case letters, digits and underscores`,
  );
}
