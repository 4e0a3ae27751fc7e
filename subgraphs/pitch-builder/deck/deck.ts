import pptxgen from 'pptxgenjs';
import { isRightToLeft } from '../../../platform/text/language.ts';
import { labelsFor } from '../pitch/labels.ts';
import type { PitchDocument } from '../pitch/pitch.ts';
import { Slides } from './slides.ts';
import { COLOURS, FONTS, PAGE } from './theme.ts';

// Its types describe CommonJS, where the default export is the module itself.
const PptxGenJS = pptxgen as unknown as typeof pptxgen.default;

const LAYOUT = 'PITCH';

/** Entries as cards with a title and a text. */
const cards = (entries: readonly { readonly name: string; readonly description: string | null }[]) =>
  entries.map(({ name, description }) => ({ title: name, text: description ?? '' }));

/** A language's own name, e.g. `Deutsch`. */
const nameOf = (tag: string): string => new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;

function factsOf(pitch: PitchDocument): { title: string; text: string }[] {
  const { word_count, reading_level, language } = pitch;
  const { words, grade, language: tongue } = labelsFor(language);
  const count = word_count.toLocaleString(language ?? 'en');
  return [
    { title: count, text: words },
    ...(reading_level ? [{ title: reading_level.grade, text: grade }] : []),
    ...(language === undefined ? [] : [{ title: nameOf(language), text: tongue }]),
  ];
}

/** Adds the slides of a pitch. */
function fill(slides: Slides, pitch: PitchDocument): void {
  const labels = labelsFor(pitch.language);
  const { logline, synopsis, comparable_titles, selling_points } = pitch;
  slides.title(pitch, labels);
  slides.statement(labels.logline, logline, synopsis.short);
  slides.facts(labels.facts, factsOf(pitch), synopsis.short);
  slides.prose(labels.synopsis, synopsis.medium);
  slides.cards(labels.characters, cards(pitch.characters));
  slides.cards(labels.themes, cards(pitch.themes));
  if (pitch.audience !== undefined) slides.prose(labels.audience, pitch.audience);
  slides.points(labels.sellingPoints, selling_points);
  slides.cards(
    labels.comparable,
    comparable_titles.map(({ title, author, reason }) => ({
      title: author === null ? title : `${title} — ${author}`,
      text: reason ?? '',
    })),
  );
  slides.prose(labels.story, synopsis.long);
}

/** Characters that XML forbids, even escaped: PowerPoint rejects a file with one. */
const NOT_OF_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Removes characters that XML forbids from all texts of a value. */
const writable = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (_key, each: unknown) =>
    typeof each === 'string' ? each.replaceAll(NOT_OF_XML, ' ') : each,
  ) as T;

/** Makes a presentation (PPTX) of a pitch for PowerPoint, Keynote and LibreOffice. Runs in a worker thread. */
export async function deckOf(document: PitchDocument): Promise<Uint8Array> {
  const pitch = writable(document);
  const deck = new PptxGenJS();
  deck.defineLayout({ name: LAYOUT, width: PAGE.width, height: PAGE.height });
  deck.layout = LAYOUT;
  deck.title = pitch.title;
  deck.author = pitch.author ?? '';
  deck.subject = labelsFor(pitch.language).pitch;
  deck.company = '';
  deck.theme = { headFontFace: FONTS.heading, bodyFontFace: FONTS.body };
  const rtl = isRightToLeft(pitch.language ?? 'en');
  if (rtl) deck.rtlMode = true;
  deck.defineSlideMaster({ title: 'Night', background: { color: COLOURS.night } });
  deck.defineSlideMaster({
    title: 'Paper',
    background: { color: COLOURS.paper },
    slideNumber: {
      x: PAGE.width - 1.2,
      y: PAGE.height - 0.55,
      w: 0.6,
      h: 0.3,
      fontFace: FONTS.body,
      fontSize: 10,
      color: COLOURS.soft,
      align: 'right',
    },
  });
  fill(new Slides(deck, { language: pitch.language ?? 'en', rtl, footer: pitch.title }), pitch);
  return (await deck.write({ outputType: 'nodebuffer', compression: true })) as Uint8Array;
}
