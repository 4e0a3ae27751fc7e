import type { Element, ElementContent } from 'hast';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import {
  detectLanguage,
  isRightToLeft,
  languageTag,
  primaryLanguage,
} from '../../../../platform/text/language.ts';
import type { BookInput, ParsedBook, ParsedChapter } from './book.ts';
import { cleanText, withoutDanger } from './clean.ts';
import type { Direction } from './direction.ts';
import { Ids } from './ids.ts';
import { noteId, OWN_ID, readMarkdown } from './markdown.ts';
import { Mender } from './mend.ts';
import { pictureIdOf } from './pictures.ts';
import { element, isEmpty, text, wordsOf } from './tree.ts';

/** Languages that are recognised by their script alone. */
const OTHER_SCRIPTS: ReadonlySet<string> = new Set([
  'ar',
  'el',
  'fa',
  'he',
  'hi',
  'ja',
  'ko',
  'th',
  'ur',
  'zh',
]);

const oneLine = (value: string): string => cleanText(value).replaceAll(/\s+/g, ' ').trim();
const oneLineOr = (value: string | null): string | null => (value === null ? null : oneLine(value) || null);

const tooDeep = (title: string): BlobgraphError =>
  new BlobgraphError('PROCESSING_FAILED', `The chapter “${title}” nests marks too deeply to be read.`);

/** Trees are read recursively: a chapter that overflows the stack is refused with its title. */
function withinStack<T>(title: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof RangeError ? tooDeep(title) : error;
  }
}

/** Removes the empty block that the compiler put after the chapter's heading, and returns its id. */
function takeAnchor(body: ElementContent[]): string | null {
  const at = body.findIndex((node) => node.type === 'element');
  const first = body[at];
  if (first?.type !== 'element' || first.tagName !== 'div' || !isEmpty(first.children)) return null;
  const id = first.properties['id'];
  if (typeof id !== 'string') return null;
  body.splice(at, 1);
  return id;
}

/** The text's language when its script differs from the book's; otherwise null. */
function otherLanguage(words: string, language: string): string | null {
  const found = detectLanguage(words);
  if (found === null || found === primaryLanguage(language)) return null;
  return OTHER_SCRIPTS.has(found) ? found : null;
}

class Parser {
  readonly #input: BookInput;
  readonly #language: string;
  readonly #direction: Direction;
  readonly #ids = new Ids();

  constructor(input: BookInput, language: string, direction: Direction) {
    this.#input = input;
    this.#language = language;
    this.#direction = direction;
  }

  /** @throws BlobgraphError PROCESSING_FAILED */
  chapter(chapter: BookInput['chapters'][number], place: number): ParsedChapter {
    return withinStack(chapter.title, () => this.#read(chapter, place));
  }

  #read({ number = null, title, text: source }: BookInput['chapters'][number], place: number): ParsedChapter {
    const raw = readMarkdown(cleanText(source), place);
    const body = withoutDanger(raw.body);
    const anchor = takeAnchor(body);
    const id = (anchor === null ? null : this.#ids.claim(anchor)) ?? `${OWN_ID}chapter-${place}`;
    const leftOut: string[] = [];
    const mender = new Mender({
      ids: this.#ids,
      direction: this.#direction,
      references: new Set(raw.notes.flatMap(({ references }) => references)),
      picture: (image) => this.#picture(image, leftOut),
    });
    const heading = mender.lines(withoutDanger(raw.heading));
    const blocks = mender.blocks(body);
    const words = oneLine(title);
    return {
      place,
      number,
      id,
      title: words,
      language: otherLanguage(wordsOf(blocks.slice(0, 50)), this.#language),
      heading: isEmpty(heading) ? [text(words)] : heading,
      body: blocks,
      notes: raw.notes.map((note) => ({
        id: noteId(place, note.number),
        number: note.number,
        references: note.references,
        body: mender.blocks(withoutDanger(note.body)),
      })),
      leftOut,
    };
  }

  #picture({ properties }: Element, leftOut: string[]): ElementContent {
    const { src, alt, title } = properties;
    const address = typeof src === 'string' ? src : '';
    const words = typeof alt === 'string' ? oneLine(alt) : '';
    const id = pictureIdOf(address);
    if (id === null || !this.#input.pictures.has(id)) {
      leftOut.push([...(words || oneLine(address) || '?')].slice(0, 200).join(''));
      return text(words);
    }
    const caption = typeof title === 'string' ? oneLine(title) : '';
    return element('img', [], { src: id, alt: words, ...(caption === '' ? {} : { title: caption }) });
  }
}

/** Parses a compiled book for its exports. */
export function parseBook(input: BookInput): ParsedBook {
  const { chapters, title, author, subtitle, rights, ...rest } = input;
  const language = languageTag(input.language) ?? 'und';
  const direction = isRightToLeft(language) ? 'rtl' : 'ltr';
  return {
    ...rest,
    title: oneLine(title) || '—',
    author: oneLineOr(author),
    subtitle: oneLineOr(subtitle),
    rights: oneLineOr(rights),
    language,
    direction,
    titles: chapters.map((chapter) => oneLine(chapter.title)),
    *chapters() {
      const parser = new Parser(input, language, direction);
      for (const [index, chapter] of chapters.entries()) yield parser.chapter(chapter, index + 1);
    },
  };
}
