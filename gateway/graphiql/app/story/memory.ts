import type { LinkedOperation } from '../../link.ts';
import { filledIn, type Known, learned, missing, type StoryStep } from '../../story.ts';

/** How far the story is. */
export interface Remembered {
  /** Texts that fill in the variables of steps. */
  readonly known: Known;
  /** Names of the steps that were answered without a mistake. */
  readonly answered: readonly string[];
}

const KEY = 'blobgraph:story';

const randomRun = (): string =>
  [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

const isTexts = (value: unknown): value is Known =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((each) => typeof each === 'string');

/** The story as it was kept; undefined where that is not what this page keeps. */
function restored(text: string | null): Remembered | undefined {
  try {
    const { known, answered } = JSON.parse(text ?? '') as Partial<Remembered>;
    return isTexts(known) && known['run'] && Array.isArray(answered) ? { known, answered } : undefined;
  } catch {
    // Nothing was kept, or by a release before.
    return undefined;
  }
}

/** Whether a mutation was answered with its user's mistakes. */
const hasUserErrors = (data: object): boolean =>
  Object.values(data).some((payload) => {
    const errors = (payload as { userErrors?: unknown } | null)?.userErrors;
    return Array.isArray(errors) && errors.length > 0;
  });

/** An answer, as far as the story heeds it. */
interface Answer {
  readonly data?: object | null | undefined;
  readonly errors?: readonly unknown[] | undefined;
}

/** Remembers what steps were answered, over reloads: ids and cursors, nothing of any content. */
export class StoryMemory {
  readonly steps: readonly StoryStep[];
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly #newRun: () => string;
  readonly #listeners = new Set<() => void>();
  #now: Remembered;

  constructor(
    steps: readonly StoryStep[],
    storage: Pick<Storage, 'getItem' | 'setItem'>,
    newRun: () => string = randomRun,
  ) {
    this.steps = steps;
    this.#storage = storage;
    this.#newRun = newRun;
    this.#now = restored(storage.getItem(KEY)) ?? this.#beginning();
  }

  readonly now = (): Remembered => this.#now;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly beginAnew = (): void => this.#set(this.#beginning());

  /** Notes the answer to an operation; one that is no step's is not heeded. */
  note(name: string, { data, errors }: Answer): void {
    const isStep = this.steps.some((step) => step.name === name);
    if (!isStep || !data || errors?.length || hasUserErrors(data)) return;
    const { known, answered } = this.#now;
    this.#set({
      known: { ...known, ...learned(this.steps, name, data) },
      answered: [...new Set([...answered, name])],
    });
  }

  /** The steps whose answers a step still needs. */
  needs(step: StoryStep): string[] {
    return missing(step, this.#now.known);
  }

  /** A step as it is to be run. The first one after the last begins the story anew. */
  open(step: StoryStep): LinkedOperation {
    const [first, last] = [this.steps[0], this.steps.at(-1)];
    if (step === first && last && this.#now.answered.includes(last.name)) this.beginAnew();
    return filledIn(step, this.#now.known);
  }

  #beginning(): Remembered {
    return { known: { run: this.#newRun() }, answered: [] };
  }

  #set(next: Remembered): void {
    this.#now = next;
    try {
      this.#storage.setItem(KEY, JSON.stringify(next));
    } catch {
      // The storage is full or closed: the story is remembered until the page is left.
    }
    for (const listener of this.#listeners) listener();
  }
}
