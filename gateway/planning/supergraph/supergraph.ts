import {
  assertValidSchema,
  buildASTSchema,
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  Kind,
  parse,
  type ValueNode,
  visit,
} from 'graphql';
import { StartersFault } from '../../../platform/exit.ts';
import { groupBy } from '../../../platform/group-by.ts';

/** The file is not a supergraph that can be served; the message says why. */
export class SupergraphError extends StartersFault {
  override readonly name = 'SupergraphError';
}

/**
 * The specifications, by name, that a supergraph may be made by where a router has to know them to be right (`for:
 * EXECUTION`) or safe (`for: SECURITY`): see https://specs.apollo.dev/link/v1.0/.
 */
const understood = new Set(['link', 'core', 'join', 'tag', 'inaccessible']);

const composeIt =
  'Compose one of the subgraphs’ schemas, e.g. by `rover supergraph compose --config supergraph.yaml`.';

const argument = (directive: ConstDirectiveNode, name: string): ValueNode | undefined =>
  directive.arguments?.find((each) => each.name.value === name)?.value;

function text(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = argument(directive, name);
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}

/** `name/version` of a specification, e.g. `join/v0.5`. */
const specification = (url: string): string => url.split('/').filter(Boolean).slice(-2).join('/');

/** The specifications that the schema says it is made by. */
function links(document: DocumentNode): { readonly spec: string; readonly purpose: string | undefined }[] {
  const schemas = document.definitions.filter(
    ({ kind }) => kind === Kind.SCHEMA_DEFINITION || kind === Kind.SCHEMA_EXTENSION,
  ) as readonly { readonly directives?: readonly ConstDirectiveNode[] }[];
  const directives = schemas.flatMap((schema) => schema.directives ?? []);
  return directives
    .filter(({ name }) => name.value === 'link' || name.value === 'core')
    .map((link) => ({
      spec: specification(text(link, 'url') ?? text(link, 'feature') ?? ''),
      purpose: text(link, 'for'),
    }));
}

function parsed(sdl: string): DocumentNode {
  try {
    return parse(sdl, { noLocation: true });
  } catch (error) {
    throw new SupergraphError(`The supergraph is not GraphQL: ${(error as Error).message}`);
  }
}

/**
 * Reads a supergraph's SDL and checks it: planners take the answer as it is.
 * @throws SupergraphError when it is not GraphQL, not a supergraph, not a valid schema, or is to be served only by
 * who knows a specification that is not known here
 */
export function readSupergraph(sdl: string): DocumentNode {
  const document = parsed(sdl);
  const made = links(document);
  if (!made.some(({ spec }) => spec.startsWith('join/'))) {
    throw new SupergraphError(
      `This is a schema, but not a supergraph: it does not say of which subgraph each field is. ${composeIt}`,
    );
  }
  for (const { spec, purpose } of made) {
    if (purpose && !understood.has(spec.split('/')[0] ?? '')) {
      throw new SupergraphError(
        `The supergraph needs ${spec} for its ${purpose.toLowerCase()}, which is not supported. Compose it without.`,
      );
    }
  }
  if (subgraphUrls(document).size === 0) {
    throw new SupergraphError(`The supergraph names no subgraph (\`@join__graph\`). ${composeIt}`);
  }
  try {
    assertValidSchema(buildASTSchema(document));
  } catch (error) {
    throw new SupergraphError(`The supergraph is not a valid schema: ${(error as Error).message}`);
  }
  return document;
}

/** Where each subgraph answers, by its name, as the supergraph has it: the URL may be empty. */
export function subgraphUrls(document: DocumentNode): ReadonlyMap<string, string> {
  const graphs = document.definitions.find(
    (each) => each.kind === Kind.ENUM_TYPE_DEFINITION && each.name.value === 'join__Graph',
  ) as EnumTypeDefinitionNode | undefined;
  const urls = new Map<string, string>();
  for (const directive of graphs?.values?.flatMap(({ directives = [] }) => directives) ?? []) {
    const name = directive.name.value === 'join__graph' ? text(directive, 'name') : undefined;
    if (name) urls.set(name, text(directive, 'url') ?? '');
  }
  return urls;
}

const isType = ({ name }: ConstDirectiveNode): boolean => name.value === 'join__type';

function isResolvable(directive: ConstDirectiveNode): boolean {
  const value = argument(directive, 'resolvable');
  return value?.kind !== Kind.BOOLEAN || value.value;
}

/** The directives with each subgraph's resolvable keys before its others, at the places of both. */
function resolvableFirst(directives: readonly ConstDirectiveNode[]): readonly ConstDirectiveNode[] {
  const waiting = groupBy(directives.filter(isType), (each) => text(each, 'graph'));
  for (const keys of waiting.values()) keys.sort((one, other) => +isResolvable(other) - +isResolvable(one));
  return directives.map((each) =>
    isType(each) ? (waiting.get(text(each, 'graph'))?.shift() ?? each) : each,
  );
}

/**
 * The supergraph as Apollo's planner is right about it: of several keys of a type in one subgraph, it takes the first
 * for one that resolves, and has no plan when that one is not resolvable and another is.
 */
export function preferResolvableKeys(document: DocumentNode): DocumentNode {
  const sorted = <Node extends { readonly directives?: readonly ConstDirectiveNode[] }>(node: Node) =>
    node.directives?.some((each) => !isResolvable(each))
      ? { ...node, directives: resolvableFirst(node.directives) }
      : undefined;
  return visit(document, { ObjectTypeDefinition: sorted, InterfaceTypeDefinition: sorted });
}

const isTrue = (directive: ConstDirectiveNode, name: string): boolean => {
  const value = argument(directive, name);
  return value?.kind === Kind.BOOLEAN && value.value;
};

/** Which of an interface object's fields are meant: all that its subgraph gives, or those that require others. */
export type InterfaceObjectFields = 'all' | 'requiring';

/** `Interface.field` of what some type of the interface has of a subgraph of its own. */
function ownFields(document: DocumentNode): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of document.definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const { name, directives = [] } of node.fields ?? []) {
      const fields = directives.filter((each) => each.name.value === 'join__field');
      // A bare one says that only the interface's object has it.
      const isOwn =
        fields.length === 0 || fields.some((each) => text(each, 'graph') && !isTrue(each, 'external'));
      for (const { name: type } of isOwn ? (node.interfaces ?? []) : [])
        found.add(`${type.value}.${name.value}`);
    }
  }
  return found;
}

/** `Interface.field` of what only subgraphs give that have the interface as an object. */
export function interfaceObjectFields(
  document: DocumentNode,
  which: InterfaceObjectFields,
): ReadonlySet<string> {
  const found = new Set<string>();
  const own = ownFields(document);
  for (const node of document.definitions) {
    if (node.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    const objects = node.directives?.filter((each) => isTrue(each, 'isInterfaceObject')) ?? [];
    const graphs = new Set(objects.map((each) => text(each, 'graph')));
    const keys = new Set(objects.flatMap((each) => text(each, 'key')?.match(/\w+/g) ?? []));
    for (const { name, directives = [] } of graphs.size > 0 ? (node.fields ?? []) : []) {
      const fields = directives.filter((each) => each.name.value === 'join__field');
      const given = fields.filter((each) => graphs.has(text(each, 'graph')) && !isTrue(each, 'external'));
      const requires = given.some((each) => argument(each, 'requires'));
      // A field that does not say where it is, is everywhere.
      const isGiven = given.length > 0 || fields.length === 0;
      const place = `${node.name.value}.${name.value}`;
      // A key is the same, whoever gives it.
      const isShared = own.has(place) && !keys.has(name.value);
      if ((which === 'all' ? isGiven : requires) && !isShared) found.add(place);
    }
  }
  return found;
}
