import { GATEWAY_PORT, type GeneratedFile, HEADER, type Subgraph } from './project.ts';

const camel = (name: string): string =>
  name.replace(/-(.)/g, (_match, letter: string) => letter.toUpperCase());

function portsFile(subgraphs: readonly Subgraph[]): GeneratedFile {
  const ports = subgraphs.map(({ name, port }) => `  '${name}': ${port},\n`).join('');
  return [
    'platform/config/services.generated.ts',
    `// ${HEADER}\n\n/** Ports before \`PORT_OFFSET\`: the gateway's and, as \`supergraph.yaml\` has them, the subgraphs'. */\nexport const servicePorts = {\n  'gateway': ${GATEWAY_PORT},\n${ports}} as const;\n`,
  ];
}

const loadsService = ({ name, folder }: Subgraph): string =>
  `  '${name}': async () => (await import('../../${folder}/main.ts')).${camel(name)}Service,\n`;

const loadsProcessor = ({ name, folder }: Subgraph): string =>
  `  '${name}': async () => (await import('../../${folder}/processor.ts')).default,\n`;

const asService = ({ name }: Subgraph): string =>
  `  '${name}': async () => (await kit()).processorService(await processors['${name}']()),\n`;

function loadersFile(subgraphs: readonly Subgraph[]): GeneratedFile {
  const processors = subgraphs.filter(({ isProcessor }) => isProcessor);
  const services = subgraphs.map((each) => (each.isProcessor ? asService(each) : loadsService(each)));
  const kit =
    processors.length === 0 ? [] : [`const kit = () => import('../../platform/processor/service.ts');\n`];
  const parts = [
    `// ${HEADER}\n`,
    `import type { ServiceDefinition } from '../../platform/serving/service.ts';\n`,
    ...kit,
    `/** The processors' values, by id, each loaded when asked for. */\nexport const processors = {\n${processors.map(loadsProcessor).join('')}};\n`,
    `/** Every subgraph's service, in the order of \`supergraph.yaml\`, each loaded when asked for. */\nexport const subgraphServices = {\n${services.join('')}} satisfies Record<string, () => Promise<ServiceDefinition>>;\n`,
  ];
  return ['cli/system/subgraphs.generated.ts', parts.join('\n')];
}

/** The services' generated files: their ports for the platform, their loaders for the commands that start them. */
export const serviceFiles = (subgraphs: readonly Subgraph[]): GeneratedFile[] => [
  portsFile(subgraphs),
  loadersFile(subgraphs),
];
