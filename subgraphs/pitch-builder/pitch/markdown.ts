import { stringify } from 'yaml';
import { literal } from '../../../platform/markdown/literal.ts';
import { isRightToLeft } from '../../../platform/text/language.ts';
import { labelsFor } from './labels.ts';
import type { PitchDocument } from './pitch.ts';

/** A line of text escaped as Markdown, its beginning too. */
const line = (text: string): string =>
  literal(text)
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/^([-+=])/, '\\$1');

/** Paragraphs escaped as Markdown. */
const prose = (text: string): string =>
  text
    .split(/\n{2,}/)
    .map(line)
    .filter((each) => each !== '')
    .join('\n\n');

const section = (heading: string, body: string): string[] =>
  body === '' ? [] : [`## ${line(heading)}`, body];

const list = (lines: readonly string[]): string => lines.map((each) => `- ${each}`).join('\n');

const described = (name: string, more: string | null): string =>
  more === null || more === '' ? `**${line(name)}**` : `**${line(name)}**: ${line(more)}`;

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
    `# ${line(pitch.title)}`,
    ...(pitch.author === undefined ? [] : [`*${labels.by} ${line(pitch.author)}*`]),
    ...section(labels.logline, prose(pitch.logline)),
    ...section(labels.facts, list([...facts.map(line)])),
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
    ...section(labels.sellingPoints, list(pitch.selling_points.map(line))),
    ...section(labels.comparable, list(comparable)),
    ...section(labels.story, prose(synopsis.long)),
    ...section(labels.notes, list(pitch.caveats.map(line))),
  ];
  return `${parts.join('\n\n')}\n`;
}
