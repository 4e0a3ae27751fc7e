/** A noncharacter of Unicode: the text of a parsed book has none. */
const MARK = '\uFDD0';
const OPEN_LINK = new RegExp(` href="${MARK}([^"${MARK}]*)${MARK}"`, 'g');

/** A placeholder for a link to an id whose page is not known yet. */
export const placeMark = (id: string): string => `${MARK}${id}${MARK}`;

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

/** The pages of a book's ids. Pages are written before all ids are known, with placeholders, and closed afterwards. */
export class Places {
  readonly #pages = new Map<string, string>();

  /** Records the page of ids. The first page of an id counts. */
  add(page: string, ids: readonly string[]): void {
    for (const id of ids) if (!this.#pages.has(id)) this.#pages.set(id, page);
  }

  /** Replaces the placeholders on the page named `page` by links, and removes those that lead nowhere. */
  close(markup: string, page: string): string {
    return markup.replaceAll(OPEN_LINK, (_link, escaped: string) => {
      const id = escaped.replaceAll(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity] ?? entity);
      const target = this.#pages.get(id);
      if (target === undefined) return '';
      return ` href="${target === page ? '' : target}#${encodeURIComponent(id)}"`;
    });
  }
}
