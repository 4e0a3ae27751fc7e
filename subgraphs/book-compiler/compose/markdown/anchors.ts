import GithubSlugger, { slug as githubSlug } from 'github-slugger';
import { type Edit, insertion } from './edits.ts';
import type { HeadingSpot } from './headings.ts';
import type { Survey } from './survey.ts';

/** The id that pandoc generates for a heading. */
const pandocSlug = (words: string): string =>
  words
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\s_.-]/gu, '')
    .trim()
    .replaceAll(/\s+/g, '-')
    .replace(/^[^\p{L}]+/u, '') || 'section';

/** Pandoc's unique ids: the second of two equal headings gets `-1`. */
class PandocSlugger {
  readonly #used = new Map<string, number>();

  slug(words: string): string {
    const id = pandocSlug(words);
    const count = this.#used.get(id) ?? 0;
    this.#used.set(id, count + 1);
    return count === 0 ? id : `${id}-${count}`;
  }
}

/** The unique ids of a book: those that readers generate for headings, the writers' own, and ours. */
class Ids {
  readonly #taken = new Set<string>();
  readonly #slugs = new Set<string>();

  /** Records a heading, for which readers generate an id, with a number when it is not the first. */
  heading(words: string): void {
    for (const id of [githubSlug(words), pandocSlug(words)]) this.#slugs.add(id);
  }

  isOfHeading(id: string): boolean {
    const name = id.toLowerCase();
    return this.#slugs.has(name) || this.#slugs.has(name.replace(/-\d+$/, ''));
  }

  isTaken(id: string): boolean {
    return this.#taken.has(id.toLowerCase());
  }

  take(id: string): string {
    this.#taken.add(id.toLowerCase());
    return id;
  }

  /** Claims the id, with a suffix when it is taken. */
  claim(wanted: string): string {
    let id = wanted;
    while (this.isTaken(id) || this.isOfHeading(id)) id += '-start';
    return this.take(id);
  }
}

/** A target of links. */
type Place = { readonly id: string } | { readonly heading: HeadingSpot };

/** A chapter while ids and links are resolved. */
interface Part {
  readonly survey: Survey;
  /** The id of its beginning. */
  readonly id: string;
  /** Targets by the fragments that lead to them. */
  readonly places: ReadonlyMap<string, Place>;
  readonly edits: Edit[];
  /** Ids of headings that are linked to. */
  readonly headingIds: Map<HeadingSpot, string>;
}

/** Chapters with resolved links and ids. */
export interface Anchored {
  /** In the order of the book; each with the id of its beginning. */
  readonly chapters: readonly {
    readonly survey: Survey;
    readonly id: string;
    readonly edits: readonly Edit[];
  }[];
  /** The id of the table of contents; null when nothing links to it. */
  readonly contentsId: string | null;
}

/**
 * A link's target. Stands after a heading, not in it: tables of contents repeat the content of headings, ids included.
 */
export const target = (id: string): string => `<div id="${id}"></div>`;

/** Inserts a target on its own lines after a heading. */
export const behindHeading = (text: string, { end }: Pick<HeadingSpot, 'end'>, id: string): Edit =>
  insertion(
    end,
    `\n\n${target(id)}${/^[ \t]*(?:\n[ \t]*\n|\n?$)/.test(text.slice(end, end + 200)) ? '' : '\n'}`,
  );

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Makes the writer's ids unique in the book, and adds the edits that rename them. */
function settleIds({ ids, chapterNum, headings }: Survey, all: Ids, edits: Edit[]): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const { id, start, end, ofHeading } of ids) {
    const isFree = !all.isTaken(id) && (ofHeading || !all.isOfHeading(id));
    const name = isFree ? all.take(id) : all.claim(`chapter-${chapterNum}-${id}`);
    if (name !== id) edits.push({ start, end, text: name });
    // Only pandoc reads attributes, so links lead to a target that all readers have.
    const heading = ofHeading && headings.find((each) => each.start <= start && start <= each.end);
    if (!places.has(id)) places.set(id, heading ? { heading } : { id: name });
  }
  return places;
}

function partOf(survey: Survey, all: Ids): Part {
  const edits: Edit[] = [];
  const places = settleIds(survey, all, edits);
  const id = all.claim(`chapter-${survey.chapterNum}`);
  const add = (fragment: string, place: Place) => {
    if (fragment !== '' && !places.has(fragment)) places.set(fragment, place);
  };
  const { opening, replaced } = survey;
  for (const { id: own, start, ofHeading } of survey.ids) {
    const isTitle = ofHeading && opening !== null && start <= opening.end;
    if (isTitle || (replaced !== null && start <= replaced.end)) places.set(own, { id });
  }
  const [github, pandoc] = [new GithubSlugger(), new PandocSlugger()];
  const title = opening?.words ?? replaced?.words ?? survey.title;
  for (const fragment of [github.slug(title), pandoc.slug(title), githubSlug(survey.title)])
    add(fragment, { id });
  for (const heading of survey.headings) {
    add(github.slug(heading.words), { heading });
    add(pandoc.slug(heading.words), { heading });
  }
  return { survey, id, places, edits, headingIds: new Map() };
}

/** Finds the chapter of a linked file by the file's name: the chapter's title or number. */
function ofFile(parts: readonly Part[], path: string): Part | undefined {
  const stem = decode(path.replace(/^.*\//, '')).replace(/\.[a-z]+$/i, '');
  const words = githubSlug(stem.replaceAll(/[\s_]+/g, '-'));
  const bare = words.replace(/^(?:chapter-?)?\d+-*/, '');
  const titled = (name: string) =>
    name === '' ? undefined : parts.find(({ survey }) => githubSlug(survey.title) === name);
  const number = /\d+/.exec(stem)?.[0];
  return (
    titled(words) ??
    titled(bare) ??
    parts.find(({ survey }) => survey.chapterNum === Number(number ?? Number.NaN))
  );
}

class Linker {
  readonly #parts: readonly Part[];
  readonly #ids: Ids;
  contentsId: string | null = null;

  constructor(parts: readonly Part[], ids: Ids) {
    this.#parts = parts;
    this.#ids = ids;
  }

  #contents(): string {
    this.contentsId ??= this.#ids.claim('book-contents');
    return this.contentsId;
  }

  /** The id of a target. A heading gets one when it is first linked to. */
  #idOf(part: Part, place: Place): string {
    if ('id' in place) return place.id;
    const { heading } = place;
    const known = part.headingIds.get(heading);
    if (known !== undefined) return known;
    const id = this.#ids.claim(`${part.id}-${githubSlug(heading.words) || 'part'}`);
    part.headingIds.set(heading, id);
    const { text } = part.survey;
    part.edits.push(
      heading.nested ? insertion(heading.end, ` <span id="${id}"></span>`) : behindHeading(text, heading, id),
    );
    return id;
  }

  #fragment(parts: readonly Part[], fragment: string): string | null {
    for (const name of [fragment, fragment.toLowerCase()]) {
      for (const part of parts) {
        const place = part.places.get(name);
        if (place) return this.#idOf(part, place);
      }
    }
    return this.#parts.find(({ id }) => id === fragment)?.id ?? null;
  }

  /** The id that a link leads to: the target, or its chapter, or the table of contents. */
  resolve(part: Part, url: string): string {
    const [path = '', fragment = ''] = url.split(/#(.*)/s);
    const name = decode(fragment);
    if (path === '') return this.#fragment([part, ...this.#parts], name) ?? part.id;
    const file = ofFile(this.#parts, path);
    if (!file) return (name !== '' && this.#fragment(this.#parts, name)) || this.#contents();
    return (name === '' ? null : this.#fragment([file], name)) ?? file.id;
  }
}

/**
 * Resolves ids and links of chapters that become one text. Ids are made unique, whether a writer's, generated by readers
 * for a heading, or ours. Links to headings and to other chapters' files lead to their place in the book.
 */
export function anchor(surveys: readonly Survey[], otherHeadings: readonly string[]): Anchored {
  const ids = new Ids();
  for (const words of otherHeadings) ids.heading(words);
  for (const { title, opening, headings } of surveys) {
    for (const words of [title, opening?.words ?? '', ...headings.map((heading) => heading.words)])
      ids.heading(words);
  }
  const parts = surveys.map((survey) => partOf(survey, ids));
  const linker = new Linker(parts, ids);
  for (const part of parts) {
    for (const { url, start, end } of part.survey.links)
      part.edits.push({ start, end, text: `#${linker.resolve(part, url)}` });
  }
  return { chapters: parts, contentsId: linker.contentsId };
}
