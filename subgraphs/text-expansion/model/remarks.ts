import type { Language } from './language.ts';
import { type Noun, namesIn, nounsOf, type ProperName } from './nouns.ts';
import type { Choice } from './phrasebook.ts';
import { foreignPhrases } from './phrases/foreign.ts';
import * as narration from './phrases/narration.ts';
import * as speech from './phrases/speech.ts';
import type { PhraseSlots } from './phrases/template.ts';
import type { Topic } from './phrases/topic.ts';
import { isAbstract, topicOf } from './phrases/topics.ts';
import type { Tense } from './tense.ts';

/**
 * A kind of addition: to a narration, after somebody's words, between two sentences of a speech (`pause`), or by
 * the speaker (`said`).
 */
export type Remark = 'narration' | 'afterWords' | 'pause' | 'said';

/** A text's traits while something is added to it. */
export interface Telling {
  readonly language: Language;
  readonly tense: Tense;
  readonly names: ReadonlyMap<string, ProperName>;
}

/** Subjects that a text offers. */
export interface Subjects {
  /** The text, as far as it was read. */
  readonly text: string;
  readonly things: readonly Noun[];
  readonly names: readonly ProperName[];
  readonly topics: readonly Topic[];
}

const word = /[a-z]+/g;
const questionEnd = /[?؟？][\p{P}]*$/u;
const exclamationEnd = /[!！][\p{P}]*$/u;
const longestRead = 2_000;
const calledIt = /%(?:it|its|them)\b|<it~/;

/** Reads (the first 2,000 units of) a text for what could be said about it. */
export function subjectsOf(whole: string, telling: Telling): Subjects {
  const text = whole.slice(0, longestRead);
  if (telling.language !== 'english') return { text, things: [], names: [], topics: [] };
  const topics = new Set<Topic>();
  for (const [token] of text.toLowerCase().matchAll(word)) {
    const topic = topicOf(token);
    if (topic) topics.add(topic);
  }
  return {
    text,
    things: nounsOf(text).filter((noun) => !isAbstract(noun.word)),
    names: namesIn(text, telling.names).filter((name) => name.kind !== 'unknown'),
    topics: [...topics],
  };
}

/** Phrases that do not call it `it`. */
const ofSomebody = (phrases: readonly string[]): readonly string[] =>
  phrases === narration.aboutNoun
    ? narration.aboutSomebody
    : phrases.filter((phrase) => !calledIt.test(phrase));

const aboutThings = (
  phrases: readonly string[],
  { things }: Subjects,
  slots: PhraseSlots,
  weight: number,
): Choice[] =>
  things.map((noun) => ({
    phrases: noun.person ? ofSomebody(phrases) : phrases,
    slots: { ...slots, noun },
    weight: topicOf(noun.word) ? weight * 1.4 : weight,
    subject: noun.word,
  }));

const aboutTopics = ({ topics }: Subjects, slots: PhraseSlots): Choice[] =>
  topics.map((topic) => ({ phrases: topic.lines, slots, weight: 0.9, subject: topic.words, topic }));

const aboutNames = ({ names }: Subjects, slots: PhraseSlots): Choice[] =>
  names.map(({ name, kind }) => ({
    phrases: kind === 'person' ? narration.aboutPerson : narration.aboutPlace,
    slots: { ...slots, name },
    weight: 0.8,
    subject: name,
  }));

const narrated = (subjects: Subjects, slots: PhraseSlots): Choice[] => [
  ...aboutThings(narration.aboutNoun, subjects, slots, 0.85),
  ...aboutNames(subjects, slots),
  ...aboutTopics(subjects, slots),
  { phrases: narration.aboutAnything, slots, weight: 0.6 },
  ...(questionEnd.test(subjects.text) ? [{ phrases: narration.aboutQuestion, slots, weight: 1.5 }] : []),
];

function afterWords(subjects: Subjects, slots: PhraseSlots): Choice[] {
  if (questionEnd.test(subjects.text)) return [{ phrases: speech.afterQuestion, slots, weight: 1 }];
  const exclaimed = exclamationEnd.test(subjects.text);
  return [
    ...(exclaimed ? [{ phrases: speech.afterExclamation, slots, weight: 1.5 }] : []),
    ...aboutThings(speech.afterWordsAbout, subjects, slots, 0.8),
    { phrases: speech.afterWords, slots, weight: 0.9 },
  ];
}

/** Choices for a `remark` on what is read in `subjects`; `speaker` is whoever speaks there, if known. */
export function remarksOn(
  remark: Remark,
  subjects: Subjects,
  telling: Telling,
  speaker: string | null,
): Choice[] {
  const slots: PhraseSlots = { tense: remark === 'said' ? 'present' : telling.tense };
  if (telling.language === 'hebrew' || telling.language === 'arabic') {
    return [{ phrases: foreignPhrases[telling.language], slots, weight: 1 }];
  }
  switch (remark) {
    case 'narration':
      return narrated(subjects, slots);
    case 'afterWords':
      return afterWords(subjects, slots);
    case 'pause':
      return [
        { phrases: speech.pauses, slots, weight: 0.8 },
        ...(speaker ? [{ phrases: speech.speakerPauses, slots: { ...slots, speaker }, weight: 1 }] : []),
      ];
    case 'said':
      return [
        ...aboutThings(speech.saidAbout, subjects, slots, 0.4),
        ...aboutTopics(subjects, slots),
        { phrases: speech.saidAnyway, slots, weight: 0.45 },
      ];
  }
}

/** Choices after a remark that was made for `last`: more of its subject, or something general. */
export function followUps(last: Choice, telling: Telling): Choice[] {
  const noun = last.slots.noun?.word;
  const topic = noun === undefined ? last.topic : topicOf(noun);
  const slots: PhraseSlots = { tense: telling.tense };
  const general: Choice[] = [
    { phrases: narration.aboutAnything, slots, weight: 0.6 },
    { phrases: narration.goingOn, slots, weight: 0.7 },
  ];
  return topic ? [{ phrases: topic.lines, slots, weight: 1, topic }, ...general] : general;
}

/** Phrases short enough for a text of a few words. */
export const briefPhrases = ({ language }: Telling): readonly string[] =>
  language === 'hebrew' || language === 'arabic' ? foreignPhrases[language] : narration.briefly;
