/** No character (Unicode, noncharacters): the text of a parsed book has none. */
const MARK = '\uFDD0';
const OPEN_LINK = new RegExp(` href="${MARK}([^"${MARK}]*)${MARK}"`, 'g');

/** The address of a place of which it is not known yet whether there is one, and on which page. */
export const placeMark = (id: string): string => `${MARK}${id}${MARK}`;

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

/** Places of a book, by the page that each is on. Pages are written before all places are known, and closed then. */
export class Places {
  readonly #pages = new Map<string, string>();

  /** The first page that has an id keeps it. */
  add(page: string, ids: readonly string[]): void {
    for (const id of ids) if (!this.#pages.has(id)) this.#pages.set(id, page);
  }

  /** The page with its links into the book; those that would lead nowhere are none. `page`: its own name. */
  close(markup: string, page: string): string {
    return markup.replaceAll(OPEN_LINK, (_link, escaped: string) => {
      const id = escaped.replaceAll(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity] ?? entity);
      const target = this.#pages.get(id);
      if (target === undefined) return '';
      return ` href="${target === page ? '' : target}#${encodeURIComponent(id)}"`;
    });
  }
}
