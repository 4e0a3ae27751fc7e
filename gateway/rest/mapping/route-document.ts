import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentSpreadNode,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  print,
  visit,
} from 'graphql';
import type { CostHints } from '../../limits/cost.ts';
import { wholeOf } from './whole.ts';

/** Directive on a spread that is named after a type: without large texts and long lists. */
const BRIEF = 'brief';
/** Directive on a field with a blob's content: answers the blob's data in its place. */
export const DATA = 'data';

const OURS: ReadonlySet<string> = new Set([BRIEF, DATA]);

const has = (directives: readonly DirectiveNode[] | undefined, name: string): boolean =>
  directives?.some((each) => each.name.value === name) ?? false;

const isDefined = ({ definitions }: DocumentNode, name: string): boolean =>
  definitions.some((each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name);

const variablesOf = ({ definitions }: DocumentNode): ReadonlySet<string> =>
  new Set(
    definitions.flatMap((each) =>
      each.kind === Kind.OPERATION_DEFINITION
        ? (each.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
        : [],
    ),
  );

/** A route's GraphQL document, completed. */
export interface OwnDocument {
  /** Plain GraphQL, to be run. */
  readonly text: string;
  /** With the directives of REST, which determine the answer's shape. */
  readonly document: DocumentNode;
}

/**
 * Completes a route's GraphQL document by the schema. A spread that is named after a type, e.g. `...BlobIndex`, selects
 * the type's own fields, see {@link wholeOf}, with the document's variables for arguments of their names; with `@brief`, without large texts and long lists. `@data` on a field
 * with a blob's content answers the blob's data in its place.
 * @throws GraphQLError when it is not GraphQL
 */
export function completeDocument(schema: GraphQLSchema, hints: CostHints, source: string): OwnDocument {
  const given = parse(source, { noLocation: true });
  const fragments = new Map<string, string>();
  const variables = variablesOf(given);
  const spread = (node: FragmentSpreadNode): FragmentSpreadNode | undefined => {
    const type = schema.getType(node.name.value);
    if (isDefined(given, node.name.value) || !(isObjectType(type) || isInterfaceType(type))) return undefined;
    const brief = has(node.directives, BRIEF);
    const name = brief ? `${type.name}_brief` : type.name;
    fragments.set(
      name,
      `fragment ${name} on ${type.name} { ${wholeOf(schema, type, { hints, brief, variables })} }`,
    );
    return { ...node, name: { ...node.name, value: name } };
  };
  const named = visit(given, { FragmentSpread: spread });
  const definitions = parse([print(named), ...fragments.values()].join('\n'), { noLocation: true });
  const plain = visit(definitions, {
    Directive: (node) => (OURS.has(node.name.value) ? null : undefined),
  });
  return { document: definitions, text: print(plain) };
}
