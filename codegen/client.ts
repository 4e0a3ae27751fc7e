import { Supergraph } from '@apollo/federation-internals';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  stripIgnoredCharacters,
  validate,
  visit,
} from 'graphql';
import { StartersFault } from '../platform/process/exit.ts';
import { type GeneratedFile, HEADER, read } from './project.ts';

const OPERATIONS = 'client/operations.graphql';
const FILE = 'client/operations.generated.ts';

/** The graph as clients see it. */
const apiSchemaOf = (supergraph: string) => Supergraph.build(supergraph).apiSchema().toGraphQLJSSchema();

/** A definition with all fragments that it spreads, and those that they spread. */
function closureOf(
  definition: OperationDefinitionNode | FragmentDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  found = new Set<FragmentDefinitionNode>(),
): Set<FragmentDefinitionNode> {
  visit(definition, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (!fragment || found.has(fragment)) return;
      found.add(fragment);
      closureOf(fragment, fragments, found);
    },
  });
  return found;
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** An operation as a constant: its text, typed by what it takes and answers. */
function constantOf(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): string {
  const name = operation.name?.value ?? '';
  const types = `${name}${capitalised(operation.operation)}`;
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [operation, ...closureOf(operation, fragments)],
  };
  const text = JSON.stringify(stripIgnoredCharacters(print(document)));
  return `export const ${name}Document = ${text} as TypedDocument<${types}, ${types}Variables>;\n`;
}

/** The typed client's operations, checked against the graph. @throws StartersFault that names what does not fit */
export async function clientFile(supergraph: string): Promise<GeneratedFile> {
  const schema = apiSchemaOf(supergraph);
  const document = parse(read(OPERATIONS));
  const [fault] = validate(schema, document);
  if (fault) throw new StartersFault(`${OPERATIONS}: ${fault.toString()}`);
  const types = await codegen({
    filename: FILE,
    schema: parse('type Query { _: Int }'),
    schemaAst: schema,
    documents: [{ location: OPERATIONS, document }],
    config: {
      useTypeImports: true,
      enumsAsTypes: true,
      onlyOperationTypes: true,
      skipTypename: true,
      avoidOptionals: { field: true },
      scalars: { ID: 'string', DateTime: 'string', JSON: 'unknown', BigInt: 'number | string' },
    },
    plugins: [{ typescript: {} }, { typescriptOperations: {} }],
    pluginMap: { typescript, typescriptOperations },
  });
  const fragments = new Map(
    document.definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );
  const constants = document.definitions
    .filter((each) => each.kind === Kind.OPERATION_DEFINITION)
    .map((each) => constantOf(each, fragments));
  const head = `// ${HEADER}\nimport type { TypedDocument } from './document.ts';\n`;
  return [FILE, `${head}\n${types}\n${constants.join('\n')}`];
}
