import type { z } from 'zod';
import { settings as gatewaySettings } from '../gateway/settings.ts';
import { urlVariable, variablesBySubject } from '../platform/config/config.ts';
import { keyVariablesOf } from '../platform/config/service-keys.ts';
import type { ProcessorValue } from './processors.ts';
import { GATEWAY_PORT, type GeneratedFile, HEADER, type Subgraph } from './project.ts';

type Variables = Readonly<Record<string, z.ZodType>>;

const INTRODUCTION = [
  `<!-- ${HEADER} The text of each variable stands beside its schema: platform/config/, gateway/settings.ts, processors. -->`,
  '# Configuration',
  'Every variable of the environment that a service reads. A value that is not allowed stops the start, which names the ' +
    'variable and the fix and never shows the value; a variable that is set to nothing is not set. Lists have commas ' +
    'between their entries. A variable’s name ends in its unit, e.g. `_MS` or `_MEBIBYTES` (1,048,576 bytes).',
  'Without `MONGO_URL`, `POSTGRES_URL`, `NATS_URL`, `REDIS_URL` and `S3_ENDPOINT` a system is embedded: one process, its ' +
    'data under `DATA_DIR`. Each of them puts a real server in the place of one embedded store; services run as processes ' +
    'of their own only with all of them. What `NATS_…`, `REDIS_TTL_DAYS` and `S3_…` say beside them is read only where ' +
    'that server is set, and `REDIS_EMBEDDED_MEBIBYTES` only where Redis is not.',
  'Of a **secret** a file may hold the value instead, whose name is in the variable with `_FILE` after it ' +
    '(`ROUTER_SECRET_FILE=/run/secrets/router`). A line end after it is dropped.',
];

const HEAD = ['| variable | what it does | values | default | read by |', '| --- | --- | --- | --- | --- |'];

/** Units by the end of a name; the longer ends first. */
const UNITS: Readonly<Record<string, string>> = {
  TOKENS_A_DAY: 'tokens a day',
  MEBIBYTES_A_DAY: 'MiB a day',
  PER_MINUTE: 'a minute',
  _MS: 'ms',
  _SECONDS: 's',
  _MINUTES: 'minutes',
  _HOURS: 'hours',
  _DAYS: 'days',
  _MEBIBYTES: 'MiB',
  _MEGAPIXELS: 'megapixels',
  _PERCENT: '%',
  _TOKENS: 'tokens',
};

const unitOf = (name: string): string => {
  const [, unit] = Object.entries(UNITS).find(([end]) => name.endsWith(end)) ?? [];
  return unit === undefined ? '' : ` ${unit}`;
};

const digits = (value: number): string => value.toLocaleString('en-US');

interface Definition {
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly entries?: Readonly<Record<string, string>>;
}

/** The description of a schema or of the one that it wraps: `.optional()` and `.default()` hide the range of a number. */
function allowed(name: string, schema: z.ZodType): string {
  const { min, max } = schema.meta() ?? {};
  if (typeof min === 'number' && typeof max === 'number')
    return `${digits(min)} to ${digits(max)}${unitOf(name)}`;
  const { innerType, in: input, entries } = schema._zod.def as Definition;
  if (entries)
    return Object.keys(entries)
      .map((value) => `\`${value}\``)
      .join(', ');
  const inner = innerType ?? input;
  return inner ? allowed(name, inner) : 'text';
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

function defaultOf(schema: z.ZodType): string {
  const { data } = schema.safeParse(undefined);
  return data === undefined || String(data) === '' ? '' : `\`${data}\``;
}

function row([name, schema]: readonly [string, z.ZodType], readers: string): string {
  const { description = '', readBy = readers, secret } = schema.meta() ?? {};
  const values = secret === true ? `${allowed(name, schema)}, **secret**` : allowed(name, schema);
  return `| \`${name}\` | ${cell(description)} | ${cell(values)} | ${cell(defaultOf(schema))} | ${readBy} |`;
}

const table = (variables: Variables, readers: string): string =>
  [...HEAD, ...Object.entries(variables).map((entry) => row(entry, readers))].join('\n');

/** Variables that services read alone, with the services that do. */
function ownVariables(processors: readonly ProcessorValue[]): string {
  const readers = new Map<string, { schema: z.ZodType; services: string[] }>();
  const add = (service: string, shape: Variables) => {
    for (const [name, schema] of Object.entries(shape)) {
      const known = readers.get(name);
      if (known) known.services.push(service);
      else readers.set(name, { schema, services: [service] });
    }
  };
  add('gateway', gatewaySettings.shape);
  for (const { id, settings } of processors) add(id, (settings?.shape ?? {}) as Variables);
  const rows = [...readers].map(([name, { schema, services }]) => row([name, schema], services.join(', ')));
  return [...HEAD, ...rows].join('\n');
}

/** Every service's address and private key. */
function servicesTable(subgraphs: readonly Subgraph[]): string {
  const rows = [{ name: 'gateway', port: GATEWAY_PORT }, ...subgraphs].map(({ name, port }) => {
    const [text, file] = keyVariablesOf(name);
    return `| ${name} | \`${urlVariable(name)}\` | \`http://127.0.0.1:${port}\` | \`${text}\` or \`${file}\` |`;
  });
  return [
    '| service | its address | default, plus `PORT_OFFSET` | its private key, **secret** |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

const SERVICES = [
  '## Addresses and keys of services',
  'Every service reads the addresses of all, and of the keys its own alone: no other service may have it. A key is Ed25519, ' +
    'as PEM or as one line of base64; `npm run --silent keys` makes them. In development those that are unset are made under ' +
    '`DATA_DIR`; in production a service does not start without its own.',
];

/** `docs/configuration.md`: the variables of all services by subject, then those that services read alone. */
export function configurationFile(
  subgraphs: readonly Subgraph[],
  processors: readonly ProcessorValue[],
): GeneratedFile {
  const subjects = Object.entries(variablesBySubject).flatMap(([subject, variables]) => [
    `## ${subject}`,
    table(variables, 'all'),
  ]);
  const own = ['## Read by the gateway or processors alone', ownVariables(processors)];
  const parts = [...INTRODUCTION, ...subjects, ...own, ...SERVICES, servicesTable(subgraphs)];
  return ['docs/configuration.md', `${parts.join('\n\n')}\n`];
}
