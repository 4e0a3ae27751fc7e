import { randomUUID } from 'node:crypto';

/** Stands where a written value is to be, until the rest is a text. Never told, so that no value can hold it. */
const PLACE = randomUUID();

/** The values met in the text that is being made; null between texts. */
let met: string[] | null = null;

/** A value that is JSON already and is only passed on: {@link textWith} puts it into a text as it is. */
export class WrittenJson {
  readonly #json: string;

  constructor(json: string) {
    this.#json = json;
  }

  /** For `JSON.stringify`, which leaves nothing in as it is. */
  toJSON(): unknown {
    if (met === null) return JSON.parse(this.#json);
    met.push(this.#json);
    return PLACE;
  }
}

/** As `JSON.stringify`, with {@link WrittenJson} put in as it is: neither parsed nor made text again. */
export function textWith(value: object): string {
  const written: string[] = [];
  met = written;
  try {
    const text = JSON.stringify(value);
    if (written.length === 0) return text;
    const parts = text.split(`"${PLACE}"`);
    return parts.map((part, index) => `${part}${written[index] ?? ''}`).join('');
  } finally {
    met = null;
  }
}
