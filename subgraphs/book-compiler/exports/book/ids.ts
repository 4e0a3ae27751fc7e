import { OWN_ID } from './markdown.ts';

/** Characters of an NCName (Namespaces in XML 1.0, section 3) that are kept in an id. */
const NAME_START = String.raw`A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\u{10000}-\u{EFFFF}`;
const NO_NAME = new RegExp(String.raw`[^${NAME_START}.0-9\u00B7\u0300-\u036F\u203F\u2040-]`, 'gu');
const STARTS = new RegExp(`^[${NAME_START}]`, 'u');

const MAX_ID = 200;

/** The id as an XML name. Different ids give different names. */
function nameOf(id: string): string {
  const name = id.replace(NO_NAME, (character) => `_x${character.codePointAt(0)?.toString(16)}_`);
  return STARTS.test(name) ? name : `_${name}`;
}

/** The unique ids of a book. */
export class Ids {
  readonly #taken = new Set<string>();

  /** Claims an id of the text. Returns its XML name; null when it is taken or reserved. */
  claim(id: string): string | null {
    if (id === '' || id.length > MAX_ID || id.startsWith(OWN_ID)) return null;
    return this.claimOwn(nameOf(id));
  }

  /** Claims an id as it is; null when it is taken. */
  claimOwn(id: string): string | null {
    if (this.#taken.has(id)) return null;
    this.#taken.add(id);
    return id;
  }
}

/** The link to a place in the book: `#` and the id. */
export function placeOf(fragment: string): string {
  let id = fragment;
  try {
    id = decodeURIComponent(fragment);
  } catch {
    // Not percent-encoded: it is the id itself.
  }
  return `#${id.startsWith(OWN_ID) ? id : nameOf(id)}`;
}
