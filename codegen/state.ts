import { blobTypes } from '../platform/supergraph/blob-types.ts';
import { stubOf } from '../platform/supergraph/outside.ts';
import { type GeneratedFile, HEADER, parseDocument, read, type Subgraph } from './project.ts';

/** The SDL that state serves: its own, and a stub of every processor's blob type. */
export const STATE_SDL = 'subgraphs/state/schema.generated.graphql';
const STATE_OWN_SDL = 'subgraphs/state/schema.graphql';
const CONTENT_TYPES = 'subgraphs/state/graph/content-types.generated.ts';

/** State's generated files: stubs of the processors' types, and the map of processor to type. */
export function stateFiles(subgraphs: readonly Subgraph[]): GeneratedFile[] {
  const ownSdl = (file: string) => read(file === STATE_SDL ? STATE_OWN_SDL : file);
  const owned = subgraphs.flatMap(({ name, sdlFile }) =>
    blobTypes(parseDocument(sdlFile, ownSdl(sdlFile))).map((type) => ({ subgraph: name, type })),
  );
  const processors = owned.filter((entry) => entry.subgraph !== 'state');
  const entries = owned.map(({ subgraph, type }) => `  '${subgraph}': '${type}',\n`).join('');
  return [
    [STATE_SDL, `# ${HEADER}\n\n${read(STATE_OWN_SDL)}\n${processors.map(stubOf).join('\n')}`],
    [
      CONTENT_TYPES,
      `// ${HEADER}\n\n/** The GraphQL type of the blobs that a processor keeps, by processor id. */\nexport const contentTypes: Readonly<Record<string, string>> = {\n${entries}};\n`,
    ],
  ];
}
