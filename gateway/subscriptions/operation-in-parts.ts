import { Endable } from '../../platform/concurrency/endable.ts';

/** An answer that is told in parts. */
export interface ToldInParts {
  readonly results: AsyncGenerator<object, void, undefined>;
  /** Resolves when all parts are made, or nobody takes them any more. */
  readonly made: Promise<void>;
}

/**
 * Makes parts as soon as they can be, however slowly they are taken: together they are no larger than one answer, and what
 * they are made of is.
 * @param leave ends the work on `later`
 */
export function toldInParts(first: object, later: AsyncIterable<object>, leave: () => void): ToldInParts {
  const parts: object[] = [{ ...first, hasNext: true }];
  let isMade = false;
  let isLeft = false;
  let wake = () => {};

  async function make(): Promise<void> {
    try {
      for await (const part of later) {
        parts.push(part);
        wake();
      }
    } finally {
      isMade = true;
      wake();
    }
  }

  const made = make();
  // Whoever takes the parts is told.
  made.catch(() => undefined);

  async function* taken(): AsyncGenerator<object, void, undefined> {
    while (!isLeft && (!isMade || parts.length > 0)) {
      const part = parts.shift();
      if (part) yield part;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    if (!isLeft) await made;
  }

  const left = () => {
    isLeft = true;
    leave();
    wake();
  };

  return { results: new Endable(taken(), left), made: made.catch(() => undefined) };
}
