import { type Shape, type System, startSystem } from '../harness/system.ts';
import { loadMongo } from './dump/mongodb.ts';
import { type Databases, loadEmbedded, loadServer } from './dump/servers.ts';
import { CONNECTION_KEY, type Kind, type Release } from './release.ts';

/** The kind of data that a shape opens. */
export const kindOf = (shape: Shape): Kind => (shape === 'embedded' ? 'embedded' : 'servers');

/** Shifts all times in the log to the present, as old entries would be removed. */
const moved = (ms: number): string => `
  DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT table_name AS in_table, column_name AS name FROM information_schema.columns
      WHERE table_schema = current_schema() AND data_type = 'timestamp with time zone'
    LOOP
      EXECUTE format('UPDATE %I SET %I = %I + interval ''${ms} milliseconds''', found.in_table, found.name, found.name);
    END LOOP;
  END $$;`;

function asOfNow({ databases, expected }: Release): Databases {
  const log = databases.get('event_log');
  if (log === undefined) return databases;
  const age = Date.now() - new Date(expected.writtenAt).getTime();
  return new Map([...databases, ['event_log', log + moved(age)]]);
}

/** Starts the current system on a release's data. */
export function openRelease(shape: Shape, kept: Release): Promise<System> {
  return startSystem(shape, {
    environment: { CONNECTION_KEY, RECONCILE_EVERY_SECONDS: '0', RECONCILE_GRACE_SECONDS: '0' },
    async prepare({ DATA_DIR = '', POSTGRES_URL = '', MONGO_URL = '', NAMESPACE = '' }) {
      if (kindOf(shape) === 'embedded') return loadEmbedded(DATA_DIR, asOfNow(kept));
      await loadServer(POSTGRES_URL, NAMESPACE, kept.databases);
      await loadMongo(MONGO_URL, NAMESPACE, kept.collections);
    },
  });
}
