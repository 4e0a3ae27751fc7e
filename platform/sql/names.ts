/**
 * Names are put into statements where no parameter may stand. 40 leaves room for a prefix within
 * PostgreSQL's limit of 63.
 * @throws TypeError when the name is not lower-case letters, digits and underscores, or over 40 long
 */
export function assertDatabaseName(name: string): void {
  if (!/^[a-z_][a-z0-9_]{0,39}$/.test(name))
    throw new TypeError(
      `Database name ${JSON.stringify(name)}: use up to 40 lower-case letters, digits and underscores`,
    );
}
