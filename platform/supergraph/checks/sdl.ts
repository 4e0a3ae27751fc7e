import {
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  visit,
} from 'graphql';
import { blobTypes, implementsBlob, objectTypes, ownKeys } from '../blob-types.ts';
import type { SdlFault } from './task.ts';

/** UTF-8 bytes of one subgraph's SDL: ours have 30 KB at most. */
export const MAX_SDL_BYTES = 256 * 1024;

/** Tokens of it: so many take some 100 ms to compose. */
const MAX_TOKENS = 50_000;

const fault = (message: string): SdlFault => ({ message, code: null });

/** Parses a subgraph's SDL, or tells the place of the mistake. */
export function parsedSdl(sdl: string): DocumentNode | SdlFault {
  try {
    return parse(sdl, { maxTokens: MAX_TOKENS });
  } catch (error) {
    // Lists within lists, some thousand of them, are too deep for the parser.
    if (error instanceof RangeError) return fault('The SDL is nested too deeply.');
    if (!(error instanceof GraphQLError)) throw error;
    const [place] = error.locations ?? [];
    const at = place ? ` at line ${place.line}, column ${place.column}` : '';
    return fault(`The SDL cannot be parsed${at}: ${error.message}`);
  }
}

const FEDERATION_2 = /^https:\/\/specs\.apollo\.dev\/federation\/v2\.[0-9]+$/;

const urlOf = ({ arguments: given = [] }: DirectiveNode): string => {
  const value = given.find(({ name }) => name.value === 'url')?.value;
  return value?.kind === Kind.STRING ? value.value : '';
};

const linksFederation2 = ({ definitions }: DocumentNode): boolean =>
  definitions.some(
    (definition) =>
      (definition.kind === Kind.SCHEMA_EXTENSION || definition.kind === Kind.SCHEMA_DEFINITION) &&
      (definition.directives ?? []).some(
        ({ name, ...link }) => name.value === 'link' && FEDERATION_2.test(urlOf({ name, ...link })),
      ),
  );

/** Names under which a document may write a directive of Federation, imported under another name or not. */
function namesOf(document: DocumentNode, directive: string): ReadonlySet<string> {
  const names = new Set([directive, `federation__${directive}`]);
  visit(document, {
    ObjectValue({ fields }) {
      const [name, as] = ['name', 'as'].map((key) => {
        const value = fields.find((field) => field.name.value === key)?.value;
        return value?.kind === Kind.STRING ? value.value : undefined;
      });
      if (name === `@${directive}` && as) names.add(as.replace(/^@/, ''));
    },
  });
  return names;
}

/** Fields that the subgraph would take over from another by `@override`. */
function overridden(document: DocumentNode): string[] {
  const names = namesOf(document, 'override');
  const found: string[] = [];
  for (const definition of document.definitions) {
    if (!('fields' in definition)) continue;
    for (const { name, directives = [] } of definition.fields ?? [])
      if (directives.some((directive) => names.has(directive.name.value)))
        found.push(`${definition.name.value}.${name.value}`);
  }
  return found;
}

const BLOB_TYPE = 'implements Blob @key(fields: "id")';

/** Why a type, as the SDL has it, is none of blobs. */
function whyNoBlobType(name: string, type: ObjectTypeDefinitionNode | undefined): string {
  if (!type) return `There is no type \`${name}\` in it.`;
  if (!implementsBlob(type)) return `\`${name}\` does not implement \`Blob\`.`;
  return `\`${name}\` has no key of its own.`;
}

function* blobTypeFaults(document: DocumentNode, wanted: string): Generator<SdlFault> {
  const found = blobTypes(document);
  const [type, ...others] = found;
  const types = objectTypes(document);
  if (type === undefined) {
    const why = whyNoBlobType(
      wanted,
      types.find(({ name }) => name.value === wanted),
    );
    yield fault(`One type must be \`${BLOB_TYPE}\`, the processor’s blobs. ${why}`);
  } else if (others.length > 0) {
    yield fault(
      `One type alone may be \`${BLOB_TYPE}\`, the processor’s blobs; the SDL has ${found.length}: ${found.join(', ')}. Refer to others’ by \`@key(fields: "id", resolvable: false)\`.`,
    );
  } else if (type !== wanted) {
    yield fault(
      `The type of blobs is \`${type}\` in the SDL, and \`${wanted}\` in the declaration: they must be the same.`,
    );
  }
  const keys = ownKeys(types.find(({ name }) => name.value === type) ?? ({ directives: [] } as never));
  if (type !== undefined && !keys.includes('id'))
    yield fault(`\`${type}\` must have \`@key(fields: "id")\`: blobs are asked for by their ids.`);
}

/** The fields of `Subscription` that a document has, extensions included. */
export const subscriptionFields = ({ definitions }: DocumentNode): string[] =>
  definitions.flatMap((definition) =>
    'fields' in definition && definition.name.value === 'Subscription'
      ? (definition.fields ?? []).map(({ name }) => name.value)
      : [],
  );

/**
 * The mistakes in a processor's SDL by itself, before it is composed with others. `subscriptions`: those that it has had with
 * the build, as one of ours.
 */
export function* sdlFaults(
  document: DocumentNode,
  graphqlType: string,
  subscriptions: readonly string[],
): Generator<SdlFault> {
  if (!linksFederation2(document))
    yield fault(
      'The SDL must link Federation 2: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`.',
    );
  yield* blobTypeFaults(document, graphqlType);
  for (const field of subscriptionFields(document).filter((name) => !subscriptions.includes(name)))
    yield fault(
      `\`Subscription.${field}\` cannot be served: changes of all blobs are told by \`blobChanged\` and its kin, and a processor adds no subscriptions.`,
    );
  for (const field of overridden(document))
    yield fault(
      `\`${field}\` has \`@override\`, which takes a field from another subgraph: a processor may not. Give it another name.`,
    );
}
