import type { SqlDatabase } from '../../platform/sql/database.ts';

/** A database that hands every statement to `note`. */
export const counted = (database: SqlDatabase, note: (text: string) => void): SqlDatabase =>
  Object.create(database, {
    query: {
      value: (text: string, values: []) => {
        note(text);
        return database.query(text, values);
      },
    },
    execute: {
      value: (text: string, values: []) => {
        note(text);
        return database.execute(text, values);
      },
    },
  });
