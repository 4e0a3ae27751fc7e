import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { OutgoingMessage } from '../message.ts';
import { messageSize } from '../message.ts';
import type { Retention } from '../retention.ts';
import { fullness, roomLine } from '../room/decide.ts';
import type { Fill } from '../usage.ts';
import type { EmbeddedLetters } from './dead-letters.ts';
import type { DurableTables, Removed } from './durables.ts';
import type { StreamState } from './tables.ts';

export interface EmbeddedRoomDependencies {
  readonly tables: DurableTables;
  readonly letters: Pick<EmbeddedLetters, 'removeOld'>;
  /** As it was when the tables were opened. */
  readonly state: StreamState;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly logger: Logger | undefined;
  /** Is told of what was removed. */
  readonly onRemoved: (removed: Removed) => void;
  /** Is told once no more is being removed. */
  readonly onTidied: () => void;
}

/** Messages that are removed at once: the connection serves others in between. */
const STEP = 1_000;
/** Messages grow old by days: looking for old ones at every publishing would cost a statement each. */
const LOOK_EVERY_MS = 60_000;

/** How full the embedded log is, and what makes room. */
export class EmbeddedRoom {
  readonly #dependencies: EmbeddedRoomDependencies;
  #messages: number;
  #bytes: number;
  /** Messages that are being removed count as removed. */
  #removedThrough: number;
  /** The part of the log that is removed. */
  #doneThrough: number;
  #lookedAt = 0;
  #tidying: Promise<void> | undefined;

  constructor(dependencies: EmbeddedRoomDependencies) {
    this.#dependencies = dependencies;
    const { state } = dependencies;
    this.#messages = state.messages;
    this.#bytes = state.bytes;
    this.#removedThrough = state.removedThrough;
    this.#doneThrough = state.removedThrough;
  }

  /** The newest sequence that was removed, or is being removed; all that is kept follows it. */
  get removedThrough(): number {
    return this.#removedThrough;
  }

  get fill(): Fill {
    const { maxMessages, maxBytes } = this.#dependencies.retention;
    return { messages: this.#messages, maxMessages, bytes: this.#bytes, maxBytes };
  }

  /** So many more are in the log, or fewer. */
  note({ messages, bytes }: { readonly messages: number; readonly bytes: number }): void {
    this.#messages += messages;
    this.#bytes += bytes;
  }

  /** Whether there is room for these behind `head`. Waits for room only where the log is full. */
  async isThereFor(batch: readonly OutgoingMessage[], head: number): Promise<boolean> {
    const bytes = batch.reduce((sum, message) => sum + messageSize(message), 0);
    const full = () => fullness(this.#with(batch.length, bytes)) > 1;
    if (full() || this.#isLookDue()) await this.tidy(head);
    else if (this.#line(head) > 0) void this.#tidyLater(head);
    return !full();
  }

  /** Removes what is too old, and what there is no room for. */
  tidy(head: number): Promise<void> {
    this.#tidying ??= this.#tidy(head).finally(() => {
      this.#tidying = undefined;
      this.#dependencies.onTidied();
    });
    return this.#tidying;
  }

  /** Waits for what is being removed. */
  async idle(): Promise<void> {
    await this.#tidying?.catch(() => undefined);
  }

  async #tidyLater(head: number): Promise<void> {
    await this.tidy(head).catch((err: unknown) => {
      this.#dependencies.logger?.warn({ err }, 'Making room in the event log failed; retrying');
    });
  }

  #with(messages: number, bytes: number): Fill {
    const { fill } = this;
    return { ...fill, messages: fill.messages + messages, bytes: fill.bytes + bytes };
  }

  #line(head: number): number {
    return roomLine(this.fill, head, this.#dependencies.retention);
  }

  #isLookDue(): boolean {
    const { clock, retention } = this.#dependencies;
    return clock.now().getTime() - this.#lookedAt >= Math.min(LOOK_EVERY_MS, retention.maxAgeMs / 16);
  }

  async #tidy(head: number): Promise<void> {
    const { keptShare } = this.#dependencies.retention;
    if (this.#isLookDue()) await this.#removeOld(head);
    if (this.#line(head) === 0) return;
    while (fullness(this.fill) > keptShare && this.#doneThrough < head) {
      const excess = Math.ceil(this.#messages * (1 - keptShare / fullness(this.fill)));
      await this.#remove(Math.min(head, this.#doneThrough + Math.min(STEP, Math.max(1, excess))), false);
    }
  }

  async #removeOld(head: number): Promise<void> {
    const { clock, retention, letters, tables } = this.#dependencies;
    const now = clock.now().getTime();
    this.#lookedAt = now;
    await letters.removeOld(new Date(now - retention.deadLetterMaxAgeMs));
    const cutoff = new Date(now - retention.maxAgeMs);
    for (;;) {
      const through = Math.min(head, this.#doneThrough + STEP);
      const young = await tables.firstSince(cutoff, { after: this.#doneThrough, through });
      const old = young === null ? through : young - 1;
      if (old <= this.#doneThrough) return;
      await this.#remove(old, true);
      if (this.#doneThrough < through) return;
    }
  }

  async #remove(through: number, isHeld: boolean): Promise<void> {
    const { tables, clock, logger, onRemoved } = this.#dependencies;
    const range = { after: this.#doneThrough, through };
    const removed = await tables.remove(range, isHeld, clock.now(), (gone) => {
      // Before they are: a reader that was overtaken must not take what is left for all there was.
      this.#removedThrough = Math.max(this.#removedThrough, gone);
    });
    this.#doneThrough = removed.through;
    this.note({ messages: -removed.messages, bytes: -removed.bytes });
    for (const durable of removed.cutAnew)
      logger?.warn(
        { durable, through: removed.through },
        'A durable lags too far: the log keeps nothing for it until it is consumed again',
      );
    onRemoved(removed);
  }
}
