import { settings as gatewaySettings } from '../gateway/settings.ts';
import { environmentSchema, serviceNames, urlVariable } from '../platform/config/config.ts';
import { keyVariablesOf } from '../platform/config/service-keys.ts';
import type { ProcessorValue } from './processors.ts';
import { GATEWAY_PORT, type GeneratedFile, HEADER, read, type Subgraph } from './project.ts';

/** A service of the compose files. */
export interface ComposedService {
  readonly name: string;
  readonly port: number;
  /** Variables that it alone reads. */
  readonly settings: readonly string[];
}

const TEMPLATES = 'codegen/templates';

/** A line `# @name` of a template is replaced by generated lines at the same indentation. */
const PLACE = /^( *)# @(\w+)\n/gm;

function fill(file: string, places: Readonly<Record<string, readonly string[]>>): GeneratedFile {
  const text = read(`${TEMPLATES}/${file}`).replace(PLACE, (_line, indent: string, place: string) => {
    const lines = places[place];
    if (!lines) throw new Error(`${TEMPLATES}/${file}: no lines are generated for # @${place}`);
    return lines.map((line) => (line === '' ? '\n' : `${indent}${line}\n`)).join('');
  });
  return [file, `# ${HEADER}\n# Its template: ${TEMPLATES}/${file}\n\n${text}`];
}

const passedOn = (variable: string): string => `${variable}: \${${variable}:-}`;

/** Variables that the template does not set: those that are passed on by name, and the services' addresses. */
function environment(services: readonly ComposedService[], template: string): string[] {
  const urls = new Map(services.map(({ name, port }) => [urlVariable(name), `http://${name}:${port}`]));
  const set = new Set([...template.matchAll(/^ +([A-Z][A-Z0-9_]*):/gm)].map(([, variable]) => variable));
  // A container has its own ports, so none has to be moved. Whoever holds a service's private key speaks for it, so each
  // service gets only its own key.
  const own = serviceNames.flatMap((name) => [urlVariable(name), ...keyVariablesOf(name)]);
  const not = new Set<string | undefined>([...set, 'PORT_OFFSET', ...own]);
  const others = Object.keys(environmentSchema.shape).filter((variable) => !not.has(variable));
  return [...others.map(passedOn), ...[...urls].map(([variable, url]) => `${variable}: ${url}`)];
}

const ownEnvironment = ({ name, settings }: Pick<ComposedService, 'name' | 'settings'>): string[] => [
  'environment:',
  '  <<: *environment',
  ...[...keyVariablesOf(name), ...settings].map((variable) => `  ${passedOn(variable)}`),
];

function subgraph({ name, port, settings }: ComposedService): string[] {
  return [
    `${name}:`,
    '  <<: *service',
    `  command: [node, dist/cli/start-service.js, ${name}]`,
    ...ownEnvironment({ name, settings }).map((line) => `  ${line}`),
    `  expose: ['${port}']`,
    '  healthcheck:',
    '    <<: *healthcheck',
    `    test: [CMD, node, dist/cli/ready.js, ${name}]`,
    '',
  ];
}

/** The compose file and its overlay with a cluster of event logs. */
export function composeFiles(
  subgraphs: readonly Subgraph[],
  processors: readonly Pick<ProcessorValue, 'id' | 'settings'>[],
): GeneratedFile[] {
  const shapes = new Map(processors.map(({ id, settings }) => [id, settings?.shape ?? {}]));
  const composed = subgraphs.map(({ name, port }) => ({
    name,
    port,
    settings: Object.keys(shapes.get(name) ?? {}),
  }));
  const gateway = { name: 'gateway', port: GATEWAY_PORT, settings: Object.keys(gatewaySettings.shape) };
  const all = [gateway, ...composed];
  const file = 'docker-compose.yml';
  return [
    fill(file, {
      environment: environment(all, read(`${TEMPLATES}/${file}`)),
      gateway: ownEnvironment(gateway),
      healthy: composed.map(({ name }) => `${name}: { condition: service_healthy }`),
      subgraphs: composed.flatMap(subgraph),
    }),
    fill('docker-compose.cluster.yml', { clustered: all.map(({ name }) => `${name}: *clustered`) }),
  ];
}
