/**
 * The meaning of an answer's end. `complete`: the server said that it is done. `cut`: at a limit of tokens. `filtered`:
 * by a content filter. `broken`: it stopped for another reason, or for none.
 */
export type Ending = 'complete' | 'cut' | 'filtered' | 'broken';

/** Documented values of `finish_reason`, and of what compatible servers send there, in lower case. */
const endings: Readonly<Record<string, Ending>> = {
  stop: 'complete',
  // Text Generation Inference.
  eos_token: 'complete',
  stop_sequence: 'complete',
  // Together, Cohere, Anthropic.
  eos: 'complete',
  complete: 'complete',
  end_turn: 'complete',
  length: 'cut',
  // Mistral: the context is full.
  model_length: 'cut',
  max_tokens: 'cut',
  content_filter: 'filtered',
  content_filtered: 'filtered',
  // Gemini.
  safety: 'filtered',
  recitation: 'filtered',
  prohibited_content: 'filtered',
  refusal: 'filtered',
};

/** Sent in each chunk by servers that have no null there: it says nothing. */
export const saysNothing = (finish: string | null | undefined): boolean =>
  finish == null || finish.trim() === '' || finish === 'null';

export const endingOf = (finish: string): Ending => endings[finish.trim().toLowerCase()] ?? 'broken';
