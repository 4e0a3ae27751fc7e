import type pptxgen from 'pptxgenjs';
import { beginning } from '../../../platform/text/text.ts';
import type { Labels } from '../pitch/labels.ts';
import type { PitchDocument } from '../pitch/pitch.ts';
import { type Fitted, shortened, sizeFor, spread } from './fit.ts';
import { BODY, COLOURS, FONTS, PAGE } from './theme.ts';

type Deck = InstanceType<typeof pptxgen.default>;
type Slide = ReturnType<Deck['addSlide']>;
type TextOptions = pptxgen.default.TextPropsOptions;

export interface SlidesOptions {
  /** A BCP 47 tag. */
  readonly language: string;
  readonly rtl: boolean;
  /** Text at the foot of each slide. */
  readonly footer: string;
}

/** A card on a slide. */
export interface Card {
  readonly title: string;
  /** Empty: the card has a title only. */
  readonly text: string;
}

const SIZES = {
  title: [54, 48, 42, 36, 30, 26],
  statement: [36, 32, 28, 25, 22, 20],
  prose: [24, 22, 20, 18, 17, 16],
  card: [16, 15, 14, 13, 12],
  cardTitle: [20, 18, 16, 14],
  fact: [44, 36, 30, 24],
  footer: [10],
} as const;
const GAP = 0.35;
const CARDS_A_SLIDE = 6;
const CARDS_OF_TWO_COLUMNS = 4;
const POINTS_A_SLIDE = 5;
const HEADING = { x: PAGE.margin, y: 0.75, w: BODY.width, h: 0.7 } as const;

/** Splits values evenly into pages of at most `most`. */
function pages<T>(values: readonly T[], most: number): T[][] {
  const count = Math.ceil(values.length / most);
  const size = Math.ceil(values.length / Math.max(1, count));
  return Array.from({ length: count }, (_, page) => values.slice(page * size, (page + 1) * size));
}

/**
 * Adds slides to a deck. Long content gets a smaller size or continues on the next slide; empty content gets no slide.
 */
export class Slides {
  readonly #deck: Deck;
  readonly #options: SlidesOptions;

  constructor(deck: Deck, options: SlidesOptions) {
    this.#deck = deck;
    this.#options = options;
  }

  /** Adds a text with language, direction and a fixed size, so that programs do not shrink it. */
  #text(slide: Slide, { text, size }: Fitted, options: TextOptions): void {
    const { language, rtl } = this.#options;
    slide.addText(text, {
      fontFace: FONTS.body,
      fontSize: size,
      color: COLOURS.ink,
      lang: language,
      margin: 0,
      valign: 'top',
      align: rtl ? 'right' : 'left',
      ...(rtl ? { rtlMode: true } : {}),
      fit: 'none',
      ...options,
    });
  }

  #page(heading: string, notes: string): Slide {
    const slide = this.#deck.addSlide({ masterName: 'Paper' });
    const { rtl, footer } = this.#options;
    slide.addShape('rect', {
      x: rtl ? PAGE.width - PAGE.margin - 0.6 : PAGE.margin,
      y: 0.55,
      w: 0.6,
      h: 0.06,
      fill: { color: COLOURS.accent },
      line: { color: COLOURS.accent, width: 0 },
      objectName: 'Line above the heading',
    });
    this.#text(slide, shortened(heading, { width: HEADING.w, height: HEADING.h }, [32, 28, 24]), {
      ...HEADING,
      bold: true,
      fontFace: FONTS.heading,
      color: COLOURS.night,
      valign: 'middle',
      objectName: heading,
    });
    const foot = { x: PAGE.margin, y: PAGE.height - 0.55, w: 8, h: 0.3 };
    this.#text(slide, shortened(footer, { width: foot.w, height: foot.h }, SIZES.footer), {
      ...foot,
      color: COLOURS.soft,
      objectName: 'Footer',
    });
    if (notes !== '') slide.addNotes(notes);
    return slide;
  }

  title({ title, author, logline, caveats }: PitchDocument, labels: Labels): void {
    const { rtl } = this.#options;
    const slide = this.#deck.addSlide({ masterName: 'Night' });
    const width = PAGE.width - 2 * PAGE.margin;
    const light = { color: 'FFFFFF' };
    this.#text(
      slide,
      { text: labels.pitch.toUpperCase(), size: 14 },
      {
        ...{ x: PAGE.margin, y: 1.5, w: width, h: 0.35, color: 'E7B99F', charSpacing: 4 },
        objectName: labels.pitch,
      },
    );
    const box = { width, height: 2.4 };
    this.#text(slide, shortened(title, box, SIZES.title), {
      ...{ x: PAGE.margin, y: 1.95, w: box.width, h: box.height, ...light },
      bold: true,
      fontFace: FONTS.heading,
      valign: 'middle',
      objectName: 'Title',
    });
    slide.addShape('rect', {
      ...{ x: rtl ? PAGE.width - PAGE.margin - 1.6 : PAGE.margin, y: 4.6, w: 1.6, h: 0.05 },
      fill: { color: COLOURS.accent },
      line: { color: COLOURS.accent, width: 0 },
      objectName: 'Line below the title',
    });
    if (author !== undefined)
      this.#text(slide, shortened(`${labels.by} ${author}`, { width, height: 0.9 }, [24, 20, 16]), {
        ...{ x: PAGE.margin, y: 4.85, w: width, h: 0.9, ...light },
        objectName: 'Author',
      });
    slide.addNotes([logline, ...caveats].join('\n\n'));
  }

  /** A slide with one large sentence. */
  statement(heading: string, text: string, notes: string): void {
    const slide = this.#page(heading, notes);
    const box = { width: BODY.width - 0.6, height: BODY.height };
    slide.addShape('rect', {
      ...{ x: this.#options.rtl ? PAGE.width - PAGE.margin - 0.07 : PAGE.margin, y: BODY.y, w: 0.07 },
      h: BODY.height,
      fill: { color: COLOURS.line },
      line: { color: COLOURS.line, width: 0 },
      objectName: 'Line beside the text',
    });
    this.#text(slide, shortened(text, box, SIZES.statement), {
      ...{ x: this.#options.rtl ? BODY.x : BODY.x + 0.6, y: BODY.y, w: box.width, h: box.height },
      fontFace: FONTS.heading,
      valign: 'middle',
      objectName: heading,
    });
  }

  /** Prose on one or more slides. */
  prose(heading: string, text: string): void {
    for (const page of spread(text, BODY, SIZES.prose)) {
      const slide = this.#page(heading, '');
      this.#text(slide, page, {
        ...{ x: BODY.x, y: BODY.y, w: BODY.width, h: BODY.height },
        paraSpaceAfter: 0,
        lineSpacingMultiple: 1.05,
        objectName: heading,
      });
    }
  }

  /** Numbers side by side, and a text below them. */
  facts(heading: string, facts: readonly Card[], text: string): void {
    const slide = this.#page(heading, '');
    const width = (BODY.width - GAP * 2) / 3;
    for (const [index, fact] of facts.slice(0, 3).entries()) {
      const x = BODY.x + this.#place(index, 3) * (width + GAP);
      this.#text(slide, shortened(fact.title, { width, height: 0.8 }, SIZES.fact), {
        ...{ x, y: BODY.y, w: width, h: 0.8, bold: true, color: COLOURS.accent },
        fontFace: FONTS.heading,
        objectName: fact.text,
      });
      this.#text(slide, shortened(fact.text, { width, height: 0.4 }, [14, 12, 10]), {
        ...{ x, y: BODY.y + 0.85, w: width, h: 0.4, color: COLOURS.soft },
        objectName: fact.text,
      });
    }
    const box = { width: BODY.width, height: BODY.height - 1.7 };
    this.#text(slide, shortened(text, box, SIZES.prose.slice(1)), {
      ...{ x: BODY.x, y: BODY.y + 1.7, w: box.width, h: box.height },
      objectName: heading,
    });
  }

  #place(column: number, columns: number): number {
    return this.#options.rtl ? columns - 1 - column : column;
  }

  /** Cards in two columns; three for more than four cards. */
  cards(heading: string, all: readonly Card[]): void {
    for (const page of pages(all, CARDS_A_SLIDE)) {
      const columns = page.length > CARDS_OF_TWO_COLUMNS ? 3 : 2;
      const width = (BODY.width - GAP * (columns - 1)) / columns;
      const whole = page.map(({ title, text }) => (text === '' ? title : `${title}: ${text}`)).join('\n');
      const slide = this.#page(heading, whole);
      const rows = Math.ceil(page.length / columns);
      const height = (BODY.height - GAP * (rows - 1)) / rows;
      for (const [index, card] of page.entries()) {
        const x = BODY.x + this.#place(index % columns, columns) * (width + GAP);
        const y = BODY.y + Math.floor(index / columns) * (height + GAP);
        this.#card(slide, card, { x, y, width, height: Math.min(height, 2.3) });
      }
    }
  }

  #card(
    slide: Slide,
    { title, text }: Card,
    at: { x: number; y: number; width: number; height: number },
  ): void {
    const { x, y, width, height } = at;
    slide.addShape('rect', {
      ...{ x, y, w: width, h: height },
      fill: { color: 'FFFFFF' },
      line: { color: COLOURS.line, width: 0.75 },
      objectName: `Card: ${beginning(title, 60)}`,
    });
    const inner = { width: width - 0.5, height: 0.45 };
    this.#text(slide, shortened(title, inner, SIZES.cardTitle), {
      ...{ x: x + 0.25, y: y + 0.18, w: inner.width, h: inner.height },
      bold: true,
      fontFace: FONTS.heading,
      color: COLOURS.accent,
      valign: 'middle',
      objectName: beginning(title, 60),
    });
    if (text === '') return;
    const box = { width: inner.width, height: height - 0.9 };
    this.#text(slide, shortened(text, box, SIZES.card), {
      ...{ x: x + 0.25, y: y + 0.7, w: box.width, h: box.height },
      objectName: `About ${beginning(title, 60)}`,
    });
  }

  /** A bulleted list. */
  points(heading: string, all: readonly string[]): void {
    const { rtl } = this.#options;
    for (const page of pages(all, POINTS_A_SLIDE)) {
      const slide = this.#page(heading, page.join('\n'));
      const height = Math.min(0.95, (BODY.height - 0.15 * (page.length - 1)) / page.length);
      const box = { width: BODY.width - 0.5, height };
      const size = Math.min(...page.map((point) => sizeFor(point, box, [22, 20, 18, 16, 15, 14]) ?? 14));
      for (const [index, point] of page.entries()) {
        const y = BODY.y + index * (height + 0.15);
        slide.addShape('ellipse', {
          ...{
            x: rtl ? PAGE.width - PAGE.margin - 0.16 : BODY.x,
            y: y + size / 72 / 2 - 0.02,
            w: 0.14,
            h: 0.14,
          },
          fill: { color: COLOURS.accent },
          line: { color: COLOURS.accent, width: 0 },
          objectName: 'Mark',
        });
        this.#text(slide, shortened(point, box, [size, 14]), {
          ...{ x: rtl ? BODY.x : BODY.x + 0.5, y, w: box.width, h: box.height },
          objectName: `${heading} ${index + 1}`,
        });
      }
    }
  }
}
