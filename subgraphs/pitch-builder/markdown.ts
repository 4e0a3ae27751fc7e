import { stringify } from 'yaml';
import { isRightToLeft } from '../../platform/language.ts';
import { labelsFor } from './deck/labels.ts';
import type { PitchDocument } from './pitch.ts';

/** Text as Markdown that shows that very text, on one line, in every reader. */
const literal = (text: string): string =>
  text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replace(/[\\`*_[\]<>&~#^$@{}|]/g, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/^([-+=])/, '\\$1');

/** Paragraphs of such text. */
const prose = (text: string): string =>
  text
    .split(/\n{2,}/)
    .map(literal)
    .filter((line) => line !== '')
    .join('\n\n');

const section = (heading: string, body: string): string[] =>
  body === '' ? [] : [`## ${literal(heading)}`, body];

const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

const described = (name: string, more: string | null): string =>
  more === null || more === '' ? `**${literal(name)}**` : `**${literal(name)}**: ${literal(more)}`;

function frontMatter({ title, author, language, version }: PitchDocument): string {
  const rtl = language !== undefined && isRightToLeft(language);
  const metadata = {
    title,
    ...(author === undefined ? {} : { author }),
    ...(language === undefined ? {} : { lang: language }),
    ...(rtl ? { dir: 'rtl' } : {}),
    version,
  };
  return `---\n${stringify(metadata, { lineWidth: 0 })}---`;
}

/** A pitch as Markdown, with its facts as front matter. */
export function markdownOf(pitch: PitchDocument): string {
  const labels = labelsFor(pitch.language);
  const { synopsis, reading_level: level, word_count } = pitch;
  const facts = [
    `${word_count.toLocaleString(pitch.language ?? 'en')} ${labels.words}`,
    ...(level ? [`${labels.grade}: ${level.grade}`] : []),
  ];
  const comparable = pitch.comparable_titles.map(({ title, author, reason }) =>
    described(author === null ? title : `${title} (${author})`, reason),
  );
  const parts = [
    frontMatter(pitch),
    `# ${literal(pitch.title)}`,
    ...(pitch.author === undefined ? [] : [`*${labels.by} ${literal(pitch.author)}*`]),
    ...section(labels.logline, prose(pitch.logline)),
    ...section(labels.facts, list([...facts.map(literal)])),
    ...section(labels.synopsis, prose(synopsis.short)),
    ...section(
      labels.characters,
      list(pitch.characters.map(({ name, description }) => described(name, description))),
    ),
    ...section(
      labels.themes,
      list(pitch.themes.map(({ name, description }) => described(name, description))),
    ),
    ...section(labels.audience, prose(pitch.audience ?? '')),
    ...section(labels.sellingPoints, list(pitch.selling_points.map(literal))),
    ...section(labels.comparable, list(comparable)),
    ...section(labels.story, prose(synopsis.long)),
    ...section(labels.notes, list(pitch.caveats.map(literal))),
  ];
  return `${parts.join('\n\n')}\n`;
}
