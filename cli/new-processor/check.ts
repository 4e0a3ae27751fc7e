import { urlVariable } from '../../platform/config/config.ts';
import { endlessChain } from '../../subgraphs/processors/registry/chains.ts';
import { reserved } from '../../subgraphs/processors/registry/declaration.ts';
import { isProcessorId } from '../../subgraphs/processors/registry/processor.ts';
import { namesOf } from './names.ts';
import type { Project } from './project.ts';
import type { ProcessorRequest } from './request.ts';

/** Longest name of a database or table. */
const MAX_NAME = 40;
const MAX_TYPE = 64;
/** Databases that are in use: the event log's, and those of PostgreSQL and MongoDB. */
const OWN_DATABASES =
  /^(event_log|public|information_schema|pg_.*|postgres|template[01]|admin|config|local)$/;

function wrongId(id: string, project: Project): string | undefined {
  const { folder, schema, blobType, database, table } = namesOf(id);
  if (!isProcessorId(id)) return 'must be lower-case letters, digits and single dashes, a letter first';
  if (Math.max(database.length, table.length) > MAX_NAME)
    return `is too long: it names a table, and may have ${MAX_NAME} characters`;
  if (reserved.has(id) || OWN_DATABASES.test(database)) return 'is taken by the system itself';
  if (project.services.includes(id)) return 'is taken: supergraph.yaml has it';
  const taken = [folder, `schemas/${schema}`].find(project.has);
  if (taken) return `is taken: there is ${taken}`;
  const variable = urlVariable(id);
  if (project.variables.has(variable)) return `is taken: the variable ${variable} is in use`;
  if (project.containers.has(id)) return 'is taken: docker-compose.yml has a container of that name';
  const sameType = [...project.schemas].find(([, type]) => type === blobType);
  return sameType && `is taken: blobs of ${sameType[0]} are of type \`${blobType}\``;
}

function wrongType(type: string, { types }: Project): string | undefined {
  if (type.length > MAX_TYPE || !/^[A-Z][A-Za-z0-9]*$/.test(type))
    return `must be letters and digits, at most ${MAX_TYPE}, an upper-case letter first`;
  const taken = [type, `${type}Word`].find((name) => types.has(name));
  return taken && `is taken: the graph has a type ${taken}`;
}

function wrongTakes({ id, takes }: ProcessorRequest, project: Project): string | undefined {
  const chain = endlessChain(
    { id, takes: recordOf(takes), output_schema_id: namesOf(id).schema },
    project.processors,
  );
  if (chain) return chain;
  const taken = Object.entries(takes).flatMap(([event, schemas]) =>
    schemas.map((schema) => ({ event, schema })),
  );
  const unknown = taken.find(({ schema }) => !project.schemas.has(schema));
  if (unknown)
    return `there is no schema ${unknown.schema}, but ${[...project.schemas.keys()].sort().join(', ')}`;
  const made = new Set(project.processors.map(({ output_schema_id }) => output_schema_id));
  const unmade = taken.find(({ event, schema }) => event === 'blob.indexed' && !made.has(schema));
  return (
    unmade && `no processor makes ${unmade.schema}: users store it, which is blob.created:${unmade.schema}`
  );
}

const recordOf = (takes: ProcessorRequest['takes']): Record<string, string[]> =>
  Object.fromEntries(Object.entries(takes).map(([event, schemas]) => [event, [...schemas]]));

/** The first conflict with the project, in one line; undefined when there is none. */
export function wrongWith(request: ProcessorRequest, project: Project): string | undefined {
  const { id, type } = request;
  const about = (option: string, problem: string | undefined) => problem && `${option}: ${problem}.`;
  return (
    about(`--id ${JSON.stringify(id)}`, wrongId(id, project)) ??
    about(`--type ${JSON.stringify(type)}`, wrongType(type, project)) ??
    about('--takes', wrongTakes(request, project))
  );
}
