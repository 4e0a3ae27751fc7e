import { type Reading, readParagraph, type Spot } from './narration.ts';
import { paragraphsOf } from './paragraphs.ts';
import { type Pauses, Phrasebook, type Tense } from './phrasebook.ts';

/** Text that goes in before the unit `at` of the original. */
export interface Insertion {
  /** In UTF-16 units. */
  readonly at: number;
  /** Begins with the space that parts it from the sentence before. */
  readonly text: string;
}

/** Shares of a story's length that are added: at least, and as aimed at; where people mostly talk, of its narration. */
const LEAST = { ofAll: 0.203, ofNarration: 0.33 };
const AIM = { ofAll: 0.22, ofNarration: 0.38 };
/** Units that must be owed before something is added, the worse it stands there, the more. */
const OWED = { paragraphEnd: 70, within: 150, speech: 130, storyEnd: 260 };
/** Units owed from which an attempt is given up. */
const HOPELESS = 5_000;
/** How it is tried, until enough is added: less must be owed each time, then pauses are made. */
const ATTEMPTS = (['none', 'scene', 'any'] as const).flatMap((pauses) =>
  [1, 2, 4, 12].map((eagerness) => ({ eagerness, pauses })),
);
/** Shares of a text's prose: a story's at least, advice's at most; of its sentences, those that show somebody or something. */
const STORY = 0.7;
const ADVICE = 0.1;
const SHOWN = 0.4;

const sum = (readings: readonly Reading[], of: (reading: Reading) => number): number =>
  readings.reduce((total, reading) => total + of(reading), 0);

/** Its tense, where the text is a story in English; null where it is something else, or nothing is known of it. */
function tenseOf(readings: readonly Reading[]): Tense | null {
  const length = (...kinds: Reading['kind'][]) =>
    sum(readings, (reading) => (kinds.includes(reading.kind) ? reading.length : 0));
  const story = length('story', 'speech');
  if (story < STORY * sum(readings, (reading) => reading.length) || length('advice') > ADVICE * story)
    return null;
  const [past, present] = [
    sum(readings, (reading) => reading.past),
    sum(readings, (reading) => reading.present),
  ];
  const shown = sum(readings, (reading) => reading.shown);
  if (past + present === 0 || shown < SHOWN * sum(readings, (reading) => reading.sentences)) return null;
  return past >= present ? 'past' : 'present';
}

function read(text: string, onProgress: (done: number) => void): Reading[] {
  const readings: Reading[] = [];
  for (const paragraph of paragraphsOf(text)) {
    const source = text.slice(paragraph.start, paragraph.end);
    readings.push(readParagraph(source, paragraph, readings.at(-1)?.isOpen ?? false));
    onProgress(paragraph.end / text.length);
  }
  return readings;
}

function thresholdAt({ isSpeech, endsParagraph }: Spot, isEnd: boolean): number {
  if (isEnd && endsParagraph) return OWED.storyEnd;
  if (isSpeech) return OWED.speech;
  return endsParagraph ? OWED.paragraphEnd : OWED.within;
}

function attempt(readings: readonly Reading[], tense: Tense, eagerness: number, pauses: Pauses): Insertion[] {
  const book = new Phrasebook(tense, pauses);
  const insertions: Insertion[] = [];
  const before = { all: 0, narration: 0, added: 0 };
  for (const [index, reading] of readings.entries()) {
    const isLast = index === readings.length - 1;
    const bordersAdvice = [readings[index - 1], readings[index + 1]].some(
      (other) => other?.kind === 'advice',
    );
    for (const spot of bordersAdvice ? [] : reading.spots) {
      book.read(spot);
      const done = 1 - (reading.end - spot.at) / reading.length;
      const ofAll = AIM.ofAll * (before.all + done * reading.length);
      const ofNarration = AIM.ofNarration * (before.narration + done * reading.narration);
      const owed = Math.min(ofAll, ofNarration) - before.added;
      if (owed > HOPELESS) return [];
      if (owed < thresholdAt(spot, isLast && index > 2) / eagerness) continue;
      const written = book.write(spot, owed, isLast && spot.endsParagraph);
      if (written === null) continue;
      insertions.push({ at: spot.at, text: ` ${written}` });
      before.added += written.length + 1;
    }
    before.all += reading.length;
    before.narration += reading.narration;
  }
  return insertions;
}

const straightened = ({ at, text }: Insertion): Insertion => ({ at, text: text.replaceAll('’', "'") });

/**
 * Additions to a story in English, in the order of the places; the same for the same text. It makes the story's
 * narration 1.2 times as long at least, and its whole prose, too, where no more than some two fifths of it are speech.
 * Null: the text stays as it is, since it is no such story or there is too little room. `onProgress` hears how much is
 * read, from 0 to 1.
 */
export function elaborate(text: string, onProgress: (done: number) => void = () => {}): Insertion[] | null {
  const readings = read(text, onProgress);
  const tense = tenseOf(readings);
  if (tense === null) return null;
  const straight = text.includes("'") && !text.includes('’');
  const narration = sum(readings, (reading) => reading.narration);
  const least = Math.min(
    LEAST.ofAll * sum(readings, (reading) => reading.length),
    LEAST.ofNarration * narration,
  );
  for (const { eagerness, pauses } of ATTEMPTS) {
    const insertions = attempt(readings, tense, eagerness, pauses);
    const added = insertions.reduce((total, insertion) => total + insertion.text.length, 0);
    if (added > 0 && added >= least) return straight ? insertions.map(straightened) : insertions;
  }
  return null;
}

/** `text` with its insertions. */
export function applyInsertions(text: string, insertions: readonly Insertion[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const insertion of insertions) {
    pieces.push(text.slice(at, insertion.at), insertion.text);
    at = insertion.at;
  }
  return [...pieces, text.slice(at)].join('');
}
