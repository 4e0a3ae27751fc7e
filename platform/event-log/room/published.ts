import type { Retention } from '../retention.ts';
import { lookAfter } from './decide.ts';

/** Makes room early enough when this process publishes much. */
export class Published {
  readonly #retention: Retention;
  readonly #makeRoom: () => Promise<unknown>;
  /** Share of the log that was published since room was last made. */
  #share = 0;

  constructor(retention: Retention, makeRoom: () => Promise<unknown>) {
    this.#retention = retention;
    this.#makeRoom = makeRoom;
  }

  /** Counts a message of so many bytes. */
  note(bytes: number): void {
    const { maxMessages, maxBytes } = this.#retention;
    this.#share += Math.max(1 / maxMessages, bytes / maxBytes);
    if (this.#share < lookAfter(this.#retention)) return;
    this.#share = 0;
    void this.#makeRoom();
  }
}
