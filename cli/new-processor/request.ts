import { UsageError } from '../../platform/process/exit.ts';

/** Stores that a new processor can use. */
const stores = ['postgresql', 'mongodb', 'redis', 's3'] as const;

/** Events that start a processor's run: a user's blob was stored, a processor's blob was indexed. */
const events = ['blob.created', 'blob.indexed'] as const;

/** Command-line options as given. */
export interface Given {
  readonly id?: string | undefined;
  /** The GraphQL type of its blobs. */
  readonly type?: string | undefined;
  /** Each `EVENT:SCHEMA`. */
  readonly takes?: readonly string[] | undefined;
  /** One of {@link stores}. */
  readonly store?: string | undefined;
}

/** A new processor, not yet checked against the project. */
export interface ProcessorRequest {
  readonly id: string;
  /** The GraphQL type of its blobs. */
  readonly type: string;
  /** Schemas by event. */
  readonly takes: Readonly<Record<string, readonly string[]>>;
  readonly store: (typeof stores)[number];
}

/** Prompts at the terminal. Resolves to the answer. */
export type Ask = (question: string) => Promise<string>;

const EXAMPLE =
  'npm run new:processor -- --id word-cloud --type WordCloud --takes blob.indexed:expanded-text-v1 --store postgresql';

const pascal = (id: string): string =>
  id
    .split('-')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');

/** Prompts for missing options. @throws UsageError that names them, without a terminal */
export async function complete(given: Given, ask?: Ask): Promise<Required<Given>> {
  const missing = (['id', 'type', 'takes', 'store'] as const).filter((name) => !given[name]?.length);
  if (missing.length > 0 && !ask)
    throw new UsageError(
      `Missing: ${missing.map((name) => `--${name}`).join(', ')}. For example: ${EXAMPLE}`,
    );
  const answer = async (question: string, byDefault = '') => (await ask?.(question))?.trim() || byDefault;
  const id = given.id || (await answer('Id, e.g. word-cloud: '));
  const type = given.type || (await answer(`GraphQL type [${pascal(id)}]: `, pascal(id)));
  const takes = given.takes?.length
    ? given.takes
    : (await answer('Takes, e.g. blob.created:text-input-v1, separated by spaces: ')).split(/\s+/);
  const store = given.store || (await answer(`Store, ${stores.join(' or ')} [${stores[0]}]: `, stores[0]));
  return { id, type, takes, store };
}

function parseTakes(takes: readonly string[]): ProcessorRequest['takes'] {
  const found = new Map<string, Set<string>>();
  for (const each of takes) {
    const [event = '', schema = '', ...rest] = each.split(':');
    if (!(events as readonly string[]).includes(event) || schema === '' || rest.length > 0)
      throw new UsageError(
        `--takes ${JSON.stringify(each)}: write EVENT:SCHEMA, where EVENT is blob.created (users’ blobs) or blob.indexed (processors’).`,
      );
    found.set(event, (found.get(event) ?? new Set()).add(schema));
  }
  return Object.fromEntries([...found].map(([event, schemas]) => [event, [...schemas]]));
}

/** Parses the options. @throws UsageError that names the invalid option */
export function parse({ id = '', type = '', takes = [], store = '' }: Given): ProcessorRequest {
  const known = stores.find((each) => each === store);
  if (!known) throw new UsageError(`--store ${JSON.stringify(store)}: must be one of ${stores.join(', ')}.`);
  return { id, type, takes: parseTakes(takes), store: known };
}
