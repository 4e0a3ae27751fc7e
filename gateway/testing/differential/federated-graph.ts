import { readdirSync, readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { projectFile } from '../../../platform/process/paths.ts';
import { createMarks, type Marks } from './marks.ts';

/** Facts about a field that the test data depend on, whichever subgraph or schema resolves it. */
export interface FieldFacts {
  readonly field: GraphQLField<unknown, unknown>;
  /** Subgraphs that resolve it for any object of its type. */
  readonly subgraphs: readonly string[];
  /** It is part of a key: never null, never failing, the same in every world. */
  readonly solid: boolean;
  /** Another field requires it: it may be null, but does not fail. */
  readonly soft: boolean;
  /** The selection that it requires from other subgraphs. */
  readonly requires?: SelectionSetNode;
  /** The object types that this field may return for a type. */
  possible(typeName: string): readonly string[];
}

/** The subgraphs of `subgraphs/`, with facts from their SDL. */
export interface FederatedGraph {
  readonly supergraphSdl: string;
  readonly subgraphs: ReadonlyMap<string, GraphQLSchema>;
  /** @throws TypeError when no subgraph has such a field */
  facts(typeName: string, fieldName: string): FieldFacts;
  keys(subgraph: string, typeName: string): readonly SelectionSetNode[];
  isEntity(typeName: string): boolean;
  /** The object types behind a name, over all subgraphs: of an interface that is an object in some as well. */
  concrete(typeName: string): readonly string[];
  directive(
    subgraph: string,
    typeName: string,
    fieldName: string,
    directive: string,
  ): ConstDirectiveNode | undefined;
}

const folder = projectFile('gateway', 'testing', 'differential', 'subgraphs');

function compose(documents: ReadonlyMap<string, string>): string {
  const composed = composeServices(
    [...documents].map(([name, sdl]) => ({ name, url: `http://${name}.invalid`, typeDefs: parse(sdl) })),
  );
  if (!composed.supergraphSdl) throw new TypeError(composed.errors?.map(String).join('\n'));
  return composed.supergraphSdl;
}

/** Builds the graph, with changes to its subgraphs' SDL for planners that fail on it. */
export function createGraph(changes: readonly (readonly [from: string, to: string])[] = []): FederatedGraph {
  const documents = new Map<string, string>();
  for (const file of readdirSync(folder)) {
    const sdl = readFileSync(`${folder}/${file}`, 'utf8');
    const changed = changes.reduce((text, [from, to]) => text.replace(from, to), sdl);
    documents.set(file.replace('.graphql', ''), changed);
  }
  const subgraphs = new Map<string, GraphQLSchema>();
  for (const [name, sdl] of documents) subgraphs.set(name, buildSubgraphSchema({ typeDefs: parse(sdl) }));
  return graphOf(compose(documents), subgraphs, createMarks(subgraphs));
}

/** The object types of a type in one subgraph; none when the subgraph has no such type. */
function possibleIn(schema: GraphQLSchema | undefined, typeName: string, marks: Marks): string[] {
  const type = schema?.getType(typeName);
  if (isInterfaceType(type) || isUnionType(type))
    return schema?.getPossibleTypes(type).map(({ name }) => name) ?? [];
  return marks.interfaceObjects.has(typeName) ? [...(marks.implementations.get(typeName) ?? [])] : [typeName];
}

function graphOf(
  supergraphSdl: string,
  subgraphs: ReadonlyMap<string, GraphQLSchema>,
  marks: Marks,
): FederatedGraph {
  const known = new Map<string, FieldFacts>();

  function find(typeName: string, fieldName: string): FieldFacts {
    const owners = [typeName, ...(marks.interfaces.get(typeName) ?? [])];
    const owner = owners.find((name) => marks.fields.has(`${name}.${fieldName}`));
    const definition = marks.fields.get(`${owner}.${fieldName}`);
    if (!definition) throw new TypeError(`No subgraph resolves ${typeName}.${fieldName}`);
    const { field, subgraphs: definers, requires } = definition;
    const marked = (set: ReadonlySet<string>) => owners.some((name) => set.has(`${name}.${fieldName}`));
    return {
      field,
      subgraphs: definers,
      solid: marked(marks.solid),
      soft: marked(marks.soft),
      ...(requires && { requires }),
      possible(name) {
        const sets = definers.map((subgraph) => possibleIn(subgraphs.get(subgraph), name, marks));
        return (sets[0] ?? []).filter((type) => sets.every((set) => set.includes(type)));
      },
    };
  }

  return {
    supergraphSdl,
    subgraphs,
    facts(typeName, fieldName) {
      const place = `${typeName}.${fieldName}`;
      const facts = known.get(place) ?? find(typeName, fieldName);
      known.set(place, facts);
      return facts;
    },
    keys: (subgraph, typeName) => marks.keys.get(`${subgraph} ${typeName}`) ?? [],
    isEntity: (typeName) => marks.entities.has(typeName),
    concrete: (typeName) => [...(marks.implementations.get(typeName) ?? [typeName])],
    directive(subgraph, typeName, fieldName, directive) {
      const type = subgraphs.get(subgraph)?.getType(typeName);
      if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
      const nodes = type.getFields()[fieldName]?.astNode?.directives;
      return nodes?.find(({ name }) => name.value === directive);
    },
  };
}
