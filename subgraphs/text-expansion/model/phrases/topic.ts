/** General truths about one subject, for wherever one of its words comes up. They hold in any tense and voice. */
export interface Topic {
  /** The words that call the subject up: lower case, with spaces between. */
  readonly words: string;
  readonly lines: readonly string[];
}
