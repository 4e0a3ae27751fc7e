import { useCallback, useEffect, useRef, useState } from 'react';
import { type Change, useBegunAnew, useChanges, useTyped } from '../graph/live.tsx';
import { useTogether } from '../graph/together.ts';
import { isToRead, type Known, nothingKnown, withChange, withReading } from './model/known.ts';
import { createPace, type Pace } from './model/pace.ts';
import { type Answer, readLineage, type Subject } from './read.ts';

type Around = Omit<Answer, 'reading' | 'faults'>;

export interface LineageSeen {
  readonly known: Known;
  /** Null: there is none of this id. Undefined: not read yet. */
  readonly around: Around | null | undefined;
  /** Why parts are missing, or all of it where nothing was read. */
  readonly faults: readonly string[];
  readonly reload: () => void;
}

/** So long changes are gathered: what comes at once is drawn at once. */
const GATHERED_MS = 50;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const aroundOf = ({ title, type, places }: Answer): Around => ({ title, type, places });
/** The same object where nothing differs, so that nothing is laid out anew. */
const sameOr = (before: Around | null | undefined, next: Around): Around =>
  before && JSON.stringify(before) === JSON.stringify(next) ? before : next;

/** Tells of changes, many at a time where they come so. */
function useGatheredChanges(onChanges: (changes: readonly Change[]) => void): void {
  const gathered = useRef<Change[]>([]);
  const soon = useTogether(() => onChanges(gathered.current.splice(0)), GATHERED_MS);
  useChanges((change) => {
    gathered.current.push(change);
    soon();
  });
}

/**
 * A lineage as it is now. States are told by changes; that a blob came is told by one as well, but not where it belongs:
 * for that the lineage is read again, once for a burst.
 */
export function useLineage(subject: Subject): LineageSeen {
  const typed = useTyped();
  const [known, setKnown] = useState(nothingKnown);
  const [around, setAround] = useState<LineageSeen['around']>();
  const [faults, setFaults] = useState<readonly string[]>([]);
  const latest = useRef(known);
  latest.current = known;
  // What changes tell while a reading is under way.
  const heard = useRef<Change[]>(undefined);
  const isRead = useRef(false);
  const isWhole = useRef(true);
  const { kind, id } = subject;
  const depth = subject.kind === 'blob' ? subject.depth : 0;

  const pace = useRef<Pace>(undefined);
  useEffect(() => {
    const over = new AbortController();
    const of: Subject = kind === 'book' ? { kind, id } : { kind, id, depth };
    const read = async (): Promise<boolean> => {
      const asWhole = isWhole.current;
      isWhole.current = false;
      const since: Change[] = [];
      heard.current = since;
      try {
        const options = { typed, signal: over.signal, ...(asWhole ? {} : { known: latest.current.blobs }) };
        const answer = await readLineage(of, options);
        // An answer may be older than what was told while it was under way.
        if (answer) setKnown((before) => since.reduce(withChange, withReading(before, answer.reading)));
        isRead.current ||= answer !== null;
        setAround((before) => (answer ? sameOr(before, aroundOf(answer)) : (before ?? null)));
        setFaults(answer?.faults ?? []);
        return true;
      } catch (error) {
        if (over.signal.aborted) return true;
        isWhole.current ||= asWhole;
        setFaults([reasonOf(error)]);
        // At first the user is asked.
        return !isRead.current;
      } finally {
        if (heard.current === since) heard.current = undefined;
      }
    };
    isWhole.current = true;
    const begun = createPace({ read });
    pace.current = begun;
    begun.readNow();
    return () => {
      begun.stop();
      over.abort();
    };
  }, [typed, kind, id, depth]);

  useGatheredChanges((changes) => {
    heard.current?.push(...changes);
    if (changes.some((change) => isToRead(latest.current, change))) pace.current?.touch();
    setKnown((before) => changes.reduce(withChange, before));
  });
  const reload = useCallback(() => {
    isWhole.current = true;
    setFaults([]);
    pace.current?.readNow();
  }, []);
  useBegunAnew(reload);
  return { known, around, faults, reload };
}
