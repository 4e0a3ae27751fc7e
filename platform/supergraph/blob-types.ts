import { type DirectiveNode, type DocumentNode, Kind, type ObjectTypeDefinitionNode } from 'graphql';

const namedDirectives = ({ directives = [] }: ObjectTypeDefinitionNode, name: string): DirectiveNode[] =>
  directives.filter((directive) => directive.name.value === name);

const argument = (directive: DirectiveNode, name: string) =>
  directive.arguments?.find((each) => each.name.value === name)?.value;

/** Whether the subgraph resolves the type by this key: without that, it only refers to another's. */
function isOwnKey(directive: DirectiveNode): boolean {
  const resolvable = argument(directive, 'resolvable');
  return !(resolvable?.kind === Kind.BOOLEAN && !resolvable.value);
}

/** Whether a type says that it is a kind of blob. */
export const implementsBlob = ({ interfaces = [] }: ObjectTypeDefinitionNode): boolean =>
  interfaces.some(({ name }) => name.value === 'Blob');

/** The fields of the keys by which a subgraph resolves a type, e.g. `['id']`. */
export const ownKeys = (type: ObjectTypeDefinitionNode): string[] =>
  namedDirectives(type, 'key')
    .filter(isOwnKey)
    .map((key) => {
      const fields = argument(key, 'fields');
      return fields?.kind === Kind.STRING ? fields.value.trim() : '';
    });

/** A document's definitions of object types. */
export const objectTypes = ({ definitions }: DocumentNode): ObjectTypeDefinitionNode[] =>
  definitions.filter((definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION);

/** The blob types that a subgraph defines: entities of its own that implement `Blob`. */
export const blobTypes = (sdl: DocumentNode): string[] =>
  objectTypes(sdl)
    .filter((type) => implementsBlob(type) && ownKeys(type).length > 0)
    .map(({ name }) => name.value);
