import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

/** As micromark writes a picture: what it says of it is escaped. */
const PICTURE = /<img src="([^"]*)" alt="([^"]*)"(?: title="[^"]*")? \/>/g;
const BOX = /<input type="checkbox" disabled=""( checked="")? \/>/g;

/**
 * A text's HTML: HTML in it is shown as it is written, and addresses other than of the web are dropped. A picture
 * becomes a link to it, since the page loads nothing from elsewhere; a box to tick becomes a sign, since nobody can tick it.
 * @param prefix of the ids of its footnotes, another for each text of a page
 */
export const htmlOf = (text: string, prefix: string): string =>
  micromark(text, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml({ clobberPrefix: prefix, labelAttributes: 'class="visually-hidden"' })],
  })
    .replaceAll(PICTURE, (_, source: string, words: string) => `<a href="${source}">${words || source}</a>`)
    .replaceAll(BOX, (_, ticked?: string) => (ticked ? '☑' : '☐'))
    .replaceAll('"footnote-label"', `"${prefix}label"`);
