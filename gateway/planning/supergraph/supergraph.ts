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
import { groupBy } from '../../../platform/collections/group-by.ts';
import { StartersFault } from '../../../platform/process/exit.ts';

/** The file is not a supergraph that can be served, as the message explains. */
export class SupergraphError extends StartersFault {
  override readonly name = 'SupergraphError';
}

/**
 * Names of the specifications that are supported among those that a router must understand (`for: EXECUTION` or `for:
 * SECURITY`), see https://specs.apollo.dev/link/v1.0/.
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

/** The specifications that the schema links to. */
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
 * Parses and checks a supergraph's SDL.
 * @throws SupergraphError when it is not GraphQL, not a supergraph, not a valid schema, or needs a specification that
 * is not supported
 */
export function readSupergraph(sdl: string): DocumentNode {
  const document = parsed(sdl);
  const made = links(document);
  if (!made.some(({ spec }) => spec.startsWith('join/'))) {
    throw new SupergraphError(
      `This is a schema, but not a supergraph: it does not say which subgraphs resolve each field. ${composeIt}`,
    );
  }
  for (const { spec, purpose } of made) {
    if (purpose && !understood.has(spec.split('/')[0] ?? '')) {
      throw new SupergraphError(
        `The supergraph needs ${spec} for its ${purpose.toLowerCase()}, which is not supported. Compose it without that.`,
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

/** The URL of each subgraph by its name, from `@join__graph`; may be empty. */
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

/** Reorders directives so that each subgraph's resolvable keys precede its other keys. */
function resolvableFirst(directives: readonly ConstDirectiveNode[]): readonly ConstDirectiveNode[] {
  const waiting = groupBy(directives.filter(isType), (each) => text(each, 'graph'));
  for (const keys of waiting.values()) keys.sort((one, other) => +isResolvable(other) - +isResolvable(one));
  return directives.map((each) =>
    isType(each) ? (waiting.get(text(each, 'graph'))?.shift() ?? each) : each,
  );
}

/**
 * Works around a bug of Apollo's planner: of a type's keys in one subgraph, it assumes that the first one is
 * resolvable, and finds no plan when only another one is.
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

/** Fields of interface objects: all of them, or those with `@requires`. */
export type InterfaceObjectFields = 'all' | 'requiring';

/** Fields (`Interface.field`) that some implementing type gets from another subgraph. */
function ownFields(document: DocumentNode): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of document.definitions) {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const { name, directives = [] } of node.fields ?? []) {
      const fields = directives.filter((each) => each.name.value === 'join__field');
      // A `@join__field` without arguments means that only the interface object has it.
      const isOwn =
        fields.length === 0 || fields.some((each) => text(each, 'graph') && !isTrue(each, 'external'));
      for (const { name: type } of isOwn ? (node.interfaces ?? []) : [])
        found.add(`${type.value}.${name.value}`);
    }
  }
  return found;
}

/** Fields (`Interface.field`) that only subgraphs with the interface object have. */
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
      // A field without `@join__field` is in all subgraphs.
      const isGiven = given.length > 0 || fields.length === 0;
      const place = `${node.name.value}.${name.value}`;
      // Key fields are the same in every subgraph.
      const isShared = own.has(place) && !keys.has(name.value);
      if ((which === 'all' ? isGiven : requires) && !isShared) found.add(place);
    }
  }
  return found;
}
