import nlp from 'compromise';
import { primaryLanguage } from '../../../platform/language.ts';

export const entityKinds = ['PERSON', 'PLACE', 'ORGANIZATION'] as const;

/** A name in a text. */
export interface NamedEntity {
  readonly name: string;
  readonly kind: (typeof entityKinds)[number];
  readonly count: number;
}

const MAX_ENTITIES = 30;
const LONGEST_NAME = 100;
/** UTF-16 units that are searched: a megabyte takes some seconds. */
const MAX_SEARCHED = 200_000;
/** Of one paragraph: what is longer is no prose, and takes long. */
const MAX_PARAGRAPH = 10_000;

/** A name without what stands around it: quotes, commas, a possessive; the dot of an abbreviation stays. */
const bare = (text: string): string =>
  text
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}.)]+$/gu, '')
    .replace(/['’]s?$/u, '')
    .replace(/(?<=\p{Ll}{3})\.+$/u, '')
    .trim();

/** Names as `compromise` finds them in a paragraph. */
function* namesIn(paragraph: string): Generator<readonly [NamedEntity['kind'], string]> {
  const document = nlp(paragraph);
  const found = [
    ['PERSON', document.people()],
    ['PLACE', document.places()],
    ['ORGANIZATION', document.organizations()],
  ] as const;
  for (const [kind, view] of found) {
    for (const text of view.out('array') as string[]) {
      const name = bare(text);
      // A pronoun, and whatever has no capital, is no name.
      if (/^\p{Lu}/u.test(name) && name.length > 1 && name.length <= LONGEST_NAME) yield [kind, name];
    }
  }
}

/** People, places and organisations of an English text, the most frequent first; null in any other language. */
export function entitiesIn(paragraphs: readonly string[], language: string | null): NamedEntity[] | null {
  if (primaryLanguage(language ?? '') !== 'en') return null;
  const counts = new Map<string, { kind: NamedEntity['kind']; name: string; count: number }>();
  let searched = 0;
  for (const paragraph of paragraphs) {
    searched += paragraph.length;
    if (searched > MAX_SEARCHED) break;
    for (const [kind, name] of namesIn(paragraph.slice(0, MAX_PARAGRAPH))) {
      const key = `${kind} ${name.toLowerCase()}`;
      const known = counts.get(key) ?? { kind, name, count: 0 };
      known.count += 1;
      counts.set(key, known);
    }
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).slice(0, MAX_ENTITIES);
}
