import { type ASTNode, type DocumentNode, Kind, print, visit } from 'graphql';

/** Definitions that servers add to the SDL that they answer, or leave out. */
const OF_FEDERATION = /^(?:_Any|_Entity|_Service|FieldSet|_FieldSet|federation__\w+|link__\w+)$/;
const FEDERATION_FIELDS: ReadonlySet<string> = new Set(['_entities', '_service']);

type Named = ASTNode & { readonly name: { readonly value: string } };

const nameOf = (node: ASTNode): string =>
  'name' in node && node.name && 'value' in node.name ? node.name.value : '';

const byName = <Node extends ASTNode>(nodes: readonly Node[] | undefined): Node[] =>
  [...(nodes ?? [])].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));

const LISTS = ['fields', 'values', 'directives', 'arguments', 'interfaces', 'types'] as const;

/** A node without its description, all its lists ordered by name. */
function ordered(node: ASTNode): ASTNode {
  const lists = LISTS.flatMap((list) => {
    const nodes = (node as unknown as Record<string, readonly ASTNode[] | undefined>)[list];
    return Array.isArray(nodes) ? [[list, byName(nodes)] as const] : [];
  });
  return { ...(node as object), description: undefined, ...Object.fromEntries(lists) } as unknown as ASTNode;
}

/** `extend type` and its kin are what they extend: servers print both as one. */
const definitionKind = (kind: string): string =>
  kind.endsWith('TypeExtension') ? kind.replace('TypeExtension', 'TypeDefinition') : kind;

const isCompared = (node: ASTNode): node is Named =>
  node.kind.includes('Type') && nameOf(node) !== '' && !OF_FEDERATION.test(nameOf(node));

const withoutFederationFields = (node: Named): Named =>
  'fields' in node && Array.isArray(node.fields)
    ? ({
        ...node,
        fields: node.fields.filter((field: Named) => !FEDERATION_FIELDS.has(field.name.value)),
      } as Named)
    : node;

/** Two definitions of one name as one. */
function merged(one: Named, other: Named): Named {
  const both = LISTS.map((list) => {
    const of = (node: Named) => (node as unknown as Record<string, readonly ASTNode[] | undefined>)[list];
    return [list, [...(of(one) ?? []), ...(of(other) ?? [])]] as const;
  });
  return { ...one, ...Object.fromEntries(both) } as Named;
}

/**
 * The types of an SDL, each in one form: in whatever order it is written, with descriptions and what Federation adds left
 * out, and extensions joined.
 */
export function canonicalTypes(document: DocumentNode): Map<string, string> {
  const types = new Map<string, Named>();
  for (const definition of document.definitions) {
    if (!isCompared(definition)) continue;
    const own = withoutFederationFields({ ...definition, kind: definitionKind(definition.kind) } as Named);
    const earlier = types.get(nameOf(own));
    types.set(nameOf(own), earlier ? merged(earlier, own) : own);
  }
  const isEmpty = (node: Named) => node.kind === Kind.OBJECT_TYPE_DEFINITION && node.fields?.length === 0;
  return new Map(
    [...types]
      .filter(([, node]) => !isEmpty(node))
      .map(([name, node]) => [name, print(visit(node, { leave: ordered }))]),
  );
}

/** The name of a type that two SDLs have differently, or one of them alone; undefined where they say the same. */
export function firstDifference(one: DocumentNode, other: DocumentNode): string | undefined {
  const [types, others] = [canonicalTypes(one), canonicalTypes(other)];
  return [...new Set([...types.keys(), ...others.keys()])]
    .sort()
    .find((name) => types.get(name) !== others.get(name));
}
