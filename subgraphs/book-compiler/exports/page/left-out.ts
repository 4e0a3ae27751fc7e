import type { Element } from 'hast';
import { element, text } from '../book/tree.ts';

/** Pictures that are listed; more are only counted. */
const NAMED = 200;

/** A note that lists the pictures of the text that are not in the file, and why. */
export function leftOutNote(leftOut: readonly string[], { isEpub }: { readonly isEpub: boolean }): Element {
  const items = leftOut.slice(0, NAMED).map((name) => element('li', [text(name)], { dir: 'auto' }));
  const more = leftOut.length - items.length;
  const why =
    'They are no images of the book’s owner in its own store, or could not be read. Pictures elsewhere are not fetched; their descriptions stand in the text.';
  return element(
    'section',
    [
      element(isEpub ? 'h1' : 'h2', [text('Pictures left out')]),
      element('p', [text(why)]),
      element('ul', [...items, ...(more > 0 ? [element('li', [text(`and ${more} more`)])] : [])]),
    ],
    {
      className: ['left-out'],
      lang: 'en',
      ...(isEpub ? { 'epub:type': 'colophon', role: 'doc-colophon' } : {}),
    },
  );
}
