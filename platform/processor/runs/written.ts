import type { EventLog } from '../../event-log/log.ts';
import { toWritten, type WritingRun, type WrittenText, writtenSubject } from '../../events/written.ts';
import type { Clock } from '../../time/clock.ts';

/** How long text is gathered before it is told. */
const EVERY_MS = 100;
/** UTF-16 units of one announcement: with escapes and in UTF-8 far below what a message may have. */
const LONGEST = 32 * 1024;

/** Where a text is parted so that the first part has at most `LONGEST` units, and no character is cut in two. */
function cut(text: string): number {
  if (text.length <= LONGEST) return text.length;
  const code = text.charCodeAt(LONGEST - 1);
  return code >= 0xd800 && code <= 0xdbff ? LONGEST - 1 : LONGEST;
}

/** Announces the text of a run while it is written: what comes close together is told together. */
export class TextTeller {
  readonly #announce: (text: WrittenText) => void;
  /** By section, in the order in which they were written. */
  readonly #gathered = new Map<number, WrittenText>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    { eventLog, clock }: { readonly eventLog: Pick<EventLog, 'announce'>; readonly clock: Clock },
    userId: string,
    run: WritingRun,
  ) {
    const subject = writtenSubject(userId);
    this.#announce = (text) => eventLog.announce(subject, toWritten(run, text, clock.now()));
  }

  readonly tell = (text: WrittenText): void => {
    const before = this.#gathered.get(text.section);
    const goesOn = before && before.offset + before.added.length === text.offset;
    if (before && !goesOn) this.flush();
    this.#gathered.set(text.section, goesOn ? { ...before, added: before.added + text.added } : text);
    this.#timer ??= setTimeout(() => this.flush(), EVERY_MS);
  };

  /** Tells what is gathered at once. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const text of this.#gathered.values()) this.#inPieces(text);
    this.#gathered.clear();
  }

  #inPieces(text: WrittenText): void {
    let { offset, added } = text;
    do {
      const end = cut(added);
      this.#announce({ ...text, offset, added: added.slice(0, end) });
      offset += end;
      added = added.slice(end);
    } while (added !== '');
  }
}
