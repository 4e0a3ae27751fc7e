import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIBREOFFICE } from '../../../cli/services/libreoffice.ts';
import { PDFTOTEXT } from '../../../cli/services/poppler.ts';
import { sherlockHolmes } from '../../../platform/testing/shared-data.ts';
import { subject } from '../model/offline/extract.fixture.ts';
import { extract } from '../model/offline/extract.ts';
import type { PitchDocument } from '../pitch/pitch.ts';
import { deckOf } from './deck.ts';
import { PAGE } from './theme.ts';

const least: PitchDocument = {
  subject_kind: 'IDEA',
  subject_id: 'blob-1',
  version: 1,
  title: 'The Lamp',
  logline: 'A lamp goes out.',
  synopsis: { short: 'A lamp goes out.', medium: 'A lamp goes out.', long: 'A lamp goes out.' },
  themes: [],
  characters: [],
  selling_points: [],
  comparable_titles: [],
  word_count: 4,
  reading_level: null,
  caveats: [],
};

const of = (words: string, length: number): string =>
  words
    .repeat(Math.ceil(length / words.length))
    .slice(0, length)
    .trim();
const many = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

/** A pitch of the maximum size of `pitch-v1`, made of these words. */
const most = (words: string, language: string): PitchDocument => ({
  ...least,
  // Other words, as the title also is at the foot of each slide.
  title: of('Zwölfhundert ', 500),
  author: of(words, 500),
  language,
  logline: of(words, 600),
  synopsis: { short: of(words, 1_500), medium: of(words, 4_000), long: of(`${words.repeat(6)}\n\n`, 12_000) },
  audience: of(words, 1_000),
  themes: many(12, () => ({ name: of(words, 100), description: of(words, 1_000) })),
  characters: many(20, () => ({ name: of(words, 200), description: of(words, 1_000) })),
  selling_points: many(12, () => of(words, 500)),
  comparable_titles: many(12, () => ({
    title: of(words, 300),
    author: of(words, 300),
    reason: of(words, 500),
  })),
  word_count: 104_659,
});

function sherlocks(): PitchDocument[] {
  const book = sherlockHolmes();
  if (!book) return [];
  const text = book.chapters.map((chapter) => chapter.text).join('\n\n');
  const { words, caveats } = extract(subject(text), 'en');
  const { audience: _, ...others } = words;
  return [{ ...least, title: book.title, author: book.author, language: 'en', ...others, caveats }];
}

const decks: Readonly<Record<string, PitchDocument>> = {
  least,
  english: most('The keeper of the lamp went up WILLOW hill, and Maximilian wondered why. ', 'en'),
  german: most('Der Donaudampfschifffahrtsgesellschaftskapitän zündete die Lampe an. ', 'de'),
  arabic: most('كان الحارس يشعل المصباح كل ليلة قبل أن تصل السفينة. ', 'ar'),
  chinese: most('灯塔看守人每天晚上点灯。一天，灯自己熄灭了。', 'zh'),
  nasty: most('A & B <c> "d" \'e\' ]]> \u0001\ufffe\u000b &amp; {{x}} ', 'en'),
  unbroken: most('x'.repeat(2_000), 'en'),
  ...Object.fromEntries(sherlocks().map((pitch) => ['sherlock', pitch])),
};

interface Word {
  readonly text: string;
  readonly [side: string]: number | string;
}

interface Page {
  readonly width: number;
  readonly height: number;
  readonly words: readonly Word[];
}

const numbers = (attributes: string) =>
  Object.fromEntries(
    [...attributes.matchAll(/(\w+)="([\d.-]+)"/g)].map(([, name, value]) => [name, Number(value)]),
  );

let folder: string;
const file = (name: string) => join(folder, name);

/** A PDF's words with their positions. */
function pagesOf(pdf: string): Page[] {
  const html = execFileSync(PDFTOTEXT, ['-bbox', pdf, '-']).toString();
  return html
    .split('<page ')
    .slice(1)
    .map((page) => ({
      ...(numbers(page.slice(0, page.indexOf('>'))) as { width: number; height: number }),
      words: [...page.matchAll(/<word ([^>]*)>([^<]*)<\/word>/g)].map(([, at = '', text = '']) => ({
        ...numbers(at),
        text,
      })),
    }));
}

const slidesOf = (name: string): string[] => {
  const script =
    'import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print("\\n".join(z.read(n).decode().replace("\\n"," ") for n in z.namelist() if n.startswith("ppt/slides/slide")))';
  return execFileSync('python3', ['-c', script, file(`${name}.pptx`)], { maxBuffer: 1e8 })
    .toString()
    .trim()
    .split('\n');
};

beforeAll(async () => {
  for (const program of [LIBREOFFICE, PDFTOTEXT])
    if (!existsSync(program)) throw new Error(`There is no ${program}: npm run services -- up installs it`);
  folder = mkdtempSync(join(tmpdir(), 'blobgraph-deck-'));
  for (const [name, pitch] of Object.entries(decks)) writeFileSync(file(`${name}.pptx`), await deckOf(pitch));
  const own = `-env:UserInstallation=file://${file('office')}`;
  const sources = Object.keys(decks).map((name) => file(`${name}.pptx`));
  execFileSync(LIBREOFFICE, [own, '--headless', '--convert-to', 'pdf', '--outdir', folder, ...sources], {
    stdio: 'ignore',
  });
});
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true });
});

/** Top of a slide's foot in points. */
const BOTTOM = (PAGE.height - 0.6) * 72;

describe.each(Object.keys(decks))('the deck “%s”', (name) => {
  it('opens in LibreOffice, and every slide shows all of its words', () => {
    const pages = pagesOf(file(`${name}.pdf`));
    expect(pages).toHaveLength(slidesOf(name).length);
    const foot = new RegExp(`^(?:${[...new Set(decks[name]?.title.split(' '))].join('|')}|\\d+|\\S*…)$`);
    for (const { width, height, words } of pages) {
      expect([Math.round(width), Math.round(height)]).toEqual([960, 540]);
      expect(words.length).toBeGreaterThan(0);
      for (const word of words) {
        expect(word['xMin'], word.text).toBeGreaterThan(0);
        expect(word['xMax'], word.text).toBeLessThan(width);
        if ((word['yMax'] as number) > BOTTOM) expect(word.text).toMatch(foot);
      }
    }
  });

  it('states its language', () => {
    const { language = 'en' } = decks[name] ?? least;
    for (const slide of slidesOf(name)) expect(slide).toContain(`lang="${language}"`);
  });
});

it('is well-formed for any pitch', () => {
  const script =
    'import sys,zipfile,xml.dom.minidom as x\nfor f in sys.argv[1:]:\n z=zipfile.ZipFile(f)\n for n in z.namelist():\n  if n.endswith((".xml",".rels")): x.parseString(z.read(n))';
  execFileSync('python3', ['-c', script, ...Object.keys(decks).map((name) => file(`${name}.pptx`))]);
});

it('has a slide for each part of a full pitch, and leaves out missing parts of a minimal one', () => {
  const text = pagesOf(file('english.pdf')).map(({ words }) => words.map((word) => word.text).join(' '));
  for (const heading of [
    'Logline',
    'At a glance',
    'Synopsis',
    'Characters',
    'Themes',
    'Audience',
    'Why read it',
    'Comparable titles',
    'The story',
  ])
    expect(
      text.some((page) => page.startsWith(heading)),
      heading,
    ).toBe(true);
  expect(pagesOf(file('least.pdf'))).toHaveLength(5);
  expect(readFileSync(file('least.pptx')).length).toBeLessThan(200_000);
});
