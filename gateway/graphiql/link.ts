import { parse } from 'graphql';

/** An operation as GraphiQL's editors hold it: both are texts. */
export interface LinkedOperation {
  readonly query: string;
  /** JSON; empty: none. */
  readonly variables: string;
}

/** Characters of a document; the gateway takes none that is longer. */
export const MAX_DOCUMENT = 65_536;
/** Characters of variables. */
export const MAX_VARIABLES = 65_536;
/** Characters of a fragment: each character of a document may be written as up to nine (`%E2%82%AC`). */
const MAX_FRAGMENT = 9 * (MAX_DOCUMENT + MAX_VARIABLES) + 100;

/** An operation that a link opens, or why it opens nothing. */
export type Link = { readonly content: LinkedOperation } | { readonly problem: string };

class Unreadable extends Error {}

const MEMBERS: ReadonlySet<string> = new Set(['query', 'variables']);

function decoded(name: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Unreadable(`\`${name}\` is not encoded as by encodeURIComponent.`);
  }
}

function membersOf(fragment: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  for (const part of fragment.split('&')) {
    const [name = '', ...rest] = part.split('=');
    if (!MEMBERS.has(name)) throw new Unreadable('It has members other than `query` and `variables`.');
    if (members.has(name)) throw new Unreadable(`\`${name}\` is there twice.`);
    members.set(name, decoded(name, rest.join('=')));
  }
  return members;
}

function documentOf(text: string): string {
  if (text.length > MAX_DOCUMENT) throw new Unreadable(`\`query\` has more than ${MAX_DOCUMENT} characters.`);
  try {
    // Tokens as the gateway counts them, with room: what is longer would only be refused there.
    parse(text, { noLocation: true, maxTokens: 10_000 });
  } catch (error) {
    throw new Unreadable(
      `\`query\` is no GraphQL document: ${error instanceof Error ? error.message : error}`,
    );
  }
  return text;
}

/** Variables as the editor shows them. */
function variablesOf(text: string): string {
  if (text.trim() === '') return '';
  if (text.length > MAX_VARIABLES)
    throw new Unreadable(`\`variables\` has more than ${MAX_VARIABLES} characters.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Unreadable('`variables` is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Unreadable('`variables` is not a JSON object.');
  return Object.keys(value).length === 0 ? '' : JSON.stringify(value, null, 2);
}

/**
 * Reads the fragment of the page's address, `#query=DOCUMENT&variables=JSON`, each encoded as by encodeURIComponent.
 * Browsers send fragments to no server.
 * @returns null when it is no link to an operation
 */
export function readLink(fragment: string): Link | null {
  const text = fragment.replace(/^#/, '');
  if (!/(?:^|&)query=/.test(text.slice(0, MAX_FRAGMENT))) return null;
  try {
    if (text.length > MAX_FRAGMENT) throw new Unreadable(`It has more than ${MAX_FRAGMENT} characters.`);
    const members = membersOf(text);
    const query = documentOf(members.get('query') ?? '');
    return { content: { query, variables: variablesOf(members.get('variables') ?? '') } };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}

/** The fragment that {@link readLink} reads. */
export function writeLink({ query, variables }: LinkedOperation): string {
  const given = variables.trim() === '' ? '' : `&variables=${encodeURIComponent(variables)}`;
  return `#query=${encodeURIComponent(query)}${given}`;
}
