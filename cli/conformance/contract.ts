import { readFileSync } from 'node:fs';
import { projectFile } from '../../platform/process/paths.ts';

/** Path of the contract, from the project's root. */
export const CONTRACT = 'docs/processor-contract.md';

/** A numbered sentence of the contract. */
export interface Sentence {
  /** E.g. `E4`. */
  readonly id: string;
  /** In Markdown, without its number. */
  readonly text: string;
  /** `MUST`: other services rely on it. */
  readonly level: 'MUST' | 'SHOULD';
  /** False for what cannot be observed from outside. */
  readonly isSeen: boolean;
}

const SENTENCE = /^- <a id="(\w+)"><\/a>\*\*(\w+)\*\* (.+)$/gm;
const AGREED = ' *(agreed)*.';

/** The sentences of a contract's text, by number, in order. */
export function sentencesOf(markdown: string): ReadonlyMap<string, Sentence> {
  const found = [...markdown.matchAll(SENTENCE)].map(([, , id = '', text = '']): [string, Sentence] => [
    id,
    {
      id,
      text: text.replace(AGREED, '.'),
      level: text.includes('MUST') ? 'MUST' : 'SHOULD',
      isSeen: !text.endsWith(AGREED),
    },
  ]);
  return new Map(found);
}

export const readContract = (): ReadonlyMap<string, Sentence> =>
  sentencesOf(readFileSync(projectFile(CONTRACT), 'utf8'));
