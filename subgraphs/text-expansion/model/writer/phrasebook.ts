import type { Spot } from './narration.ts';
import { PHRASES } from './phrases.ts';
import { PHRASES_ON, type Thing } from './things.ts';

export type Tense = 'past' | 'present';

/** Whether a moment may be let pass where there is no thing to speak of: nowhere, in a scene, or anywhere. */
export type Pauses = 'none' | 'scene' | 'any';

/** A phrase comes again after so many others at the earliest; in the last attempts after fewer. */
const APART = { none: 120, scene: 120, any: 10 };
/** Things named last: they are not named again. */
const RESTING = 8;
/** Things that the narration has named lately: they are there still while people talk. */
const AROUND = 10;
/** Units of a speech that is too short to be followed by a pause. */
const SHORT_SPEECH = 40;
/** Units owed from which a list is longer, and from which a second sentence follows. */
const LONGER = 160;
const ANOTHER = 90;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A phrase with its gaps filled, in a tense. */
function filled(phrase: string, names: readonly string[], tense: Tense): string {
  const gaps: Readonly<Record<string, string | undefined>> = {
    n: names[0],
    list: names.join(', '),
    and: names.join(' and '),
    stops: names.map(capital).join('. '),
    order: names.join(', then '),
    most: names.slice(0, -1).join(', '),
    last: names.at(-1),
  };
  const told = phrase.replace(/\[([^|]*)\|([^\]]*)\]/g, tense === 'past' ? '$1' : '$2');
  return capital(told.replace(/\{(\w+)\}/g, (_, gap: string) => gaps[gap] ?? ''));
}

/** Words what is added to one story; no phrase comes again soon, nor a thing. The same calls give the same words. */
export class Phrasebook {
  readonly #tense: Tense;
  readonly #pauses: Pauses;
  readonly #lastUse = new Map<string, number>();
  #uses = 0;
  #around: readonly Thing[] = [];
  #resting: readonly string[] = [];
  /** Named since something was added. */
  #named: readonly Thing[] = [];

  constructor(tense: Tense, pauses: Pauses) {
    this.#tense = tense;
    this.#pauses = pauses;
  }

  /** Takes in what stands before `spot`: every spot is read, in order, before it is written at. */
  read({ things, isSpeech }: Spot): void {
    if (!isSpeech) this.#around = [...this.#around, ...things].slice(-AROUND);
    // What somebody speaks of as theirs would be somebody else's.
    const named = isSpeech ? things.filter(({ name }) => name.startsWith('the ')) : things;
    const nouns = new Set(named.map(({ noun }) => noun));
    this.#named = [...this.#named.filter(({ noun }) => !nouns.has(noun)), ...named];
  }

  /** A sentence or two behind `spot`; null where nothing fits. `owed`: units that are wanted. */
  write(spot: Spot, owed: number, isEnd: boolean): string | null {
    const first = this.#dwell(spot) ?? (isEnd ? null : this.#list(spot, owed)) ?? this.#pause(spot, isEnd);
    if (first === null) return null;
    const more =
      owed - first.length < ANOTHER
        ? null
        : (this.#list(spot, owed) ?? (spot.isSpeech ? this.#dwell(spot) : null));
    this.#named = [];
    return more === null ? first : `${first} ${more}`;
  }

  /** On a thing that was just named, or is around while people talk. */
  #dwell({ isSpeech, things, seed }: Spot): string | null {
    for (const thing of this.#rested(isSpeech ? this.#around : things).toReversed()) {
      const said = this.#say(PHRASES_ON.get(thing.noun) ?? [], seed, [thing]);
      if (said !== null) return said;
    }
    return null;
  }

  #list({ isSpeech, isSlow, seed }: Spot, owed: number): string | null {
    const listed = this.#rested(this.#named).slice(owed > LONGER ? -4 : -3);
    if (listed.length < 3) return null;
    return this.#say(isSpeech || isSlow ? PHRASES.list : [...PHRASES.list, ...PHRASES.scene], seed, listed);
  }

  #pause({ isSpeech, isSlow, text, seed }: Spot, isEnd: boolean): string | null {
    const isScene = this.#around.length > 0 && !isSlow && !isEnd;
    if (!isScene) return this.#pauses === 'any' && !isSpeech ? this.#say(PHRASES.time, seed) : null;
    if (isSpeech) return text.length < SHORT_SPEECH ? null : this.#say(PHRASES.spoken, seed);
    return this.#pauses === 'none' ? null : this.#say(PHRASES.pause, seed);
  }

  #rested(things: readonly Thing[]): readonly Thing[] {
    return things.filter(({ noun }) => !this.#resting.includes(noun));
  }

  /** Of the phrases that were not used for longest, one that `seed` decides. */
  #say(phrases: readonly string[], seed: number, things: readonly Thing[] = []): string | null {
    const names = things.map(({ name }) => name);
    const age = (phrase: string): number =>
      this.#uses - (this.#lastUse.get(phrase) ?? Number.NEGATIVE_INFINITY);
    const oldest = Math.max(...phrases.map(age));
    // A list is another by its things.
    if (things.length < 2 && !(oldest >= APART[this.#pauses])) return null;
    const unused = phrases.filter((phrase) => age(phrase) === oldest);
    const phrase = unused[seed % unused.length];
    if (phrase === undefined) return null;
    this.#uses++;
    this.#lastUse.set(phrase, this.#uses);
    const nouns = things.length > 0 ? things.map(({ noun }) => noun) : [''];
    this.#resting = [...this.#resting, ...nouns].slice(-RESTING);
    return filled(phrase, names, this.#tense);
  }
}
