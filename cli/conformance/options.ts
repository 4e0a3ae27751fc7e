import { parseArgs } from 'node:util';
import { UsageError } from '../../platform/process/exit.ts';

const USAGE = `npm run conformance -- --url URL [--registration FILE] [options] [-- COMMAND …]
  Options, see docs/processor-contract.md#try-it: --sample SCHEMA=FILE, --schema FILE, --operation FILE,
  --store VARIABLE, --key FILE, --only IDS, --nats URL, --namespace NAME, --port N, --patience SECONDS, --json.`;

export interface Options {
  /** Base URL of the processor, without a trailing slash. */
  readonly url: string;
  /** File of its declaration; undefined when it registers itself. */
  readonly registration: string | undefined;
  /** Files of sample documents, by schema id. */
  readonly samples: ReadonlyMap<string, string>;
  /** Files. */
  readonly schemas: readonly string[];
  /** A file. */
  readonly operation: string | undefined;
  /** The variable of the command that holds the store's URL. */
  readonly store: string | undefined;
  /** A file. */
  readonly key: string | undefined;
  /** Prefixes of the sentences to check; empty for all. */
  readonly only: readonly string[];
  /** NATS servers; undefined for those of the environment. */
  readonly nats: readonly string[] | undefined;
  /** `NAMESPACE` of the processor; undefined for a unique one. */
  readonly namespace: string | undefined;
  /** First port of the stand-ins; 0 for any free ports. */
  readonly port: number;
  /** The longest wait for what a check expects. Default: 20,000. */
  readonly patienceMs: number;
  /** Whether the report is JSON. Default: false. */
  readonly json: boolean;
  /** Command that starts the processor; empty when it already runs. */
  readonly command: readonly string[];
}

const given = {
  url: { type: 'string' },
  registration: { type: 'string' },
  sample: { type: 'string', multiple: true },
  schema: { type: 'string', multiple: true },
  operation: { type: 'string' },
  store: { type: 'string' },
  key: { type: 'string' },
  only: { type: 'string', default: '' },
  nats: { type: 'string' },
  namespace: { type: 'string' },
  port: { type: 'string' },
  patience: { type: 'string', default: '20' },
  json: { type: 'boolean', default: false },
} as const;

function wholeNumber(name: string, text: string, max: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw new UsageError(`--${name} must be a whole number up to ${max}.`);
}

function sampleOf(text: string): [string, string] {
  const [, schema, file] = /^([a-z][a-z0-9-]*)=(.+)$/.exec(text) ?? [];
  if (schema !== undefined && file !== undefined) return [schema, file];
  throw new UsageError(`--sample must be SCHEMA=FILE, e.g. text-input-v1=draft.json, not ${text}.`);
}

const list = (text: string): string[] =>
  text.split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]));

/** Parses the command line. @throws UsageError that names the option and the fix */
export function conformanceOptions(args: readonly string[]): Options {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  const command = end === -1 ? [] : args.slice(end + 1);
  const { values } = parseArgs({ args: [...own], options: given });
  const { url, registration, operation, store, key, nats, namespace, json } = values;
  if (url === undefined || !/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new UsageError(`--url must be the processor’s address.\n${USAGE}`);
  if (namespace !== undefined && !/^[a-z][a-z0-9_]{0,30}$/.test(namespace))
    throw new UsageError(
      '--namespace must be 1 to 31 lower-case letters, digits or underscores, a letter first.',
    );
  if (store !== undefined && command.length === 0)
    throw new UsageError('--store names a variable of the command after `--`, which is missing.');
  return {
    ...{ registration, operation, store, key, namespace, json, command },
    url: url.replace(/\/+$/, ''),
    samples: new Map((values.sample ?? []).map(sampleOf)),
    schemas: values.schema ?? [],
    only: list(values.only).map((each) => each.toUpperCase()),
    nats: nats === undefined ? undefined : list(nats),
    // A processor that is started here gets the stand-ins' ports in its environment.
    port: wholeNumber('port', values.port ?? (command.length > 0 ? '0' : '8100'), 65_000),
    patienceMs: wholeNumber('patience', values.patience, 3_600) * 1_000,
  };
}
