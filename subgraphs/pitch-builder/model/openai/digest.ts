import pMap from 'p-map';
import { withoutThought, withoutTokens } from '../../../../platform/model/openai/chat.ts';
import type { Part } from '../../../../platform/prose/split.ts';
import { estimateTokens } from '../../../../platform/prose/tokens.ts';
import { storable } from '../../../../platform/text/text.ts';
import { type Asking, complete } from './asking.ts';
import { notesPrompt } from './prompts.ts';

/** A text that fits into the model's context: the original, or notes on all of it. */
export interface Digest {
  readonly text: string;
  /** False: the text is the original. */
  readonly isNotes: boolean;
}

/** Splits a text into consecutive parts of at most `maxTokens`. Off the event loop, as a book takes a second. */
export type Split = (text: string, maxTokens: number, signal: AbortSignal) => Promise<readonly Part[]>;

export interface Digesting {
  readonly asking: Asking;
  readonly split: Split;
  /** A BCP 47 tag; null: unknown. */
  readonly language: string | null;
  /** Concurrent requests. */
  readonly concurrency: number;
  /** Maximum length of the digest in tokens. */
  readonly room: number;
  /** Reports progress from 0 to 1. */
  readonly onProgress: (done: number) => void;
}

const INSTRUCTIONS = 250;
const NOTES = { least: 60, most: 500 } as const;
const UNITS_PER_TOKEN = 4;
const WORDS_PER_TOKEN = 0.7;
/** Levels of notes on notes: only a book of a hundred million words would need more. */
const DEEPEST = 8;

const clean = (answer: string): string => storable(withoutTokens(withoutThought(answer, ''), '')).trim();

async function notesOf({ asking, language }: Digesting, part: string, tokens: number): Promise<string> {
  const { text } = await complete(asking, [
    { role: 'system', content: notesPrompt(Math.floor(tokens * WORDS_PER_TOKEN), language) },
    { role: 'user', content: part },
  ]);
  const notes = clean(text)
    .slice(0, tokens * UNITS_PER_TOKEN)
    .toWellFormed();
  // A model that reasons up to its limit returns nothing: the part's beginning is used in place of notes.
  return notes === '' ? part.slice(0, tokens).toWellFormed() : notes;
}

/**
 * Reads a text of any length in parts that fit into the model's context, then the notes on them, until the notes fit.
 * Every part is read. @throws ModelError, or the signal's reason
 */
export async function digest(digesting: Digesting, text: string): Promise<Digest> {
  const { asking, room, concurrency, onProgress } = digesting;
  let digested: Digest = { text, isNotes: false };
  for (let depth = 0; depth < DEEPEST && estimateTokens(digested.text) > room; depth += 1) {
    const whole = digested.text;
    const partTokens = Math.max(NOTES.least * 3, asking.contextTokens - INSTRUCTIONS - NOTES.most);
    const parts = (await digesting.split(whole, partTokens, asking.signal)).filter(
      ({ start, length }) => whole.slice(start, start + length).trim() !== '',
    );
    const tokens = Math.min(NOTES.most, Math.max(NOTES.least, Math.floor((room * 0.8) / parts.length)));
    let done = 0;
    const notes = await pMap(
      parts,
      async ({ start, length }) => {
        const note = await notesOf(digesting, whole.slice(start, start + length), tokens);
        done += 1;
        if (depth === 0) onProgress(done / parts.length);
        return note;
      },
      { concurrency, signal: asking.signal },
    );
    digested = { text: notes.join('\n\n'), isNotes: true };
  }
  return digested;
}
