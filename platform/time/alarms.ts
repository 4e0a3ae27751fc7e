import { Few } from '../collections/few.ts';
import type { Clock } from './clock.ts';

/** It looks at the clock so often. */
const LOOK_MS = 1_000;

const secondOf = (at: Date): number => Math.ceil(at.getTime() / 1_000);

/**
 * Acts for many members, for each once a moment of its own has come by the clock, within two seconds, with one timer for
 * all of them: a timer each costs as much memory as some of its members. The process does not stay for it.
 */
export class Alarms<Member extends object> {
  readonly #clock: Clock;
  readonly #act: (member: Member) => void;
  /** By the second at which they are due. */
  readonly #due = new Map<number, Few<Member>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock, act: (member: Member) => void) {
    this.#clock = clock;
    this.#act = act;
  }

  add(member: Member, at: Date): void {
    const second = secondOf(at);
    const due = this.#due.get(second) ?? new Few<Member>();
    this.#due.set(second, due.add(member));
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** `at`: as it was added. */
  delete(member: Member, at: Date): void {
    const second = secondOf(at);
    const due = this.#due.get(second);
    due?.delete(member);
    if (due?.size === 0) this.#due.delete(second);
    this.#restIfUnused();
  }

  #look(): void {
    const now = this.#clock.now().getTime() / 1_000;
    for (const [second, members] of [...this.#due]) {
      if (second > now) continue;
      this.#due.delete(second);
      for (const member of [...members]) this.#act(member);
    }
    this.#restIfUnused();
  }

  #restIfUnused(): void {
    if (this.#due.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
