import type { Graph } from 'blobgraph/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTyped } from '../graph/live.tsx';
import { newKey } from '../graph/new-key.ts';
import { useIsHere } from '../page/here.ts';
import { storeOf } from '../session/storage.ts';
import type { TextHandle } from './editor.tsx';
import type { Place } from './place.tsx';
import { save as send } from './save.ts';
import { type Body, type Draft, type DraftFaults, faultsOf, inputOf, isSame } from './text/draft.ts';
import { forget, keep, keptHere, type UnsavedPlace } from './text/unsaved.ts';

const store = storeOf('localStorage');
const KEPT_AFTER_MS = 400;

export interface DeskOptions {
  /** Where what is typed is kept until it is saved. */
  readonly place: UnsavedPlace;
  /** As it is stored; of a new draft, as it begins. */
  readonly stored: Draft;
  /** The stored document. */
  readonly body?: Body;
  /** Not called once the desk was left. */
  readonly onSaved: (id: string) => void;
}

interface Sent {
  readonly key: string;
  readonly draft: Draft;
}

/** The key of a saving of the same that was not answered; null where there is none. */
const keyOf = (sent: Sent | undefined, draft: Draft): string | null =>
  sent && isSame(sent.draft, draft) ? sent.key : null;

function begin({ place, stored }: Pick<DeskOptions, 'place' | 'stored'>) {
  const kept = keptHere(store, place);
  if (!kept || isSame(kept, stored)) return { draft: stored, sent: undefined, keptAt: undefined };
  const { at, key, ...draft } = kept;
  return { draft: draft as Draft, sent: key ? { key, draft } : undefined, keptAt: at };
}

/** The draft that is being written: its fields, what of it is unsaved, and how it is saved. */
export function useDesk({ place: keptAtFirst, stored: storedAtFirst, body, onSaved }: DeskOptions) {
  const graph: Graph = useTyped();
  const isHere = useIsHere();
  const [{ draft: first, sent: sentBefore, keptAt }] = useState(() =>
    begin({ place: keptAtFirst, stored: storedAtFirst }),
  );
  const [place, setPlace] = useState<Place>(first);
  const [faults, setFaults] = useState<DraftFaults>({});
  const [restoredAt, setRestoredAt] = useState(keptAt);
  const [hasRoom, setRoom] = useState(true);
  const [isDirty, setDirty] = useState(keptAt !== undefined);
  const [saving, setSaving] = useState<AbortController>();
  const text = useRef<TextHandle>(undefined);
  const stored = useRef(storedAtFirst);
  const sent = useRef<Sent | undefined>(sentBefore);
  const keeping = useRef(keptAtFirst);
  const fields = useRef(place);
  fields.current = place;

  const read = useCallback(
    (): Draft => ({ ...fields.current, text: text.current?.read() ?? first.text }),
    [first],
  );
  const keepNow = useCallback(() => {
    const draft = read();
    const isClean = isSame(draft, stored.current);
    setDirty(!isClean);
    if (isClean) return forget(store, keeping.current);
    const key = keyOf(sent.current, draft);
    setRoom(keep(store, keeping.current, { ...draft, at: Date.now(), key }));
  }, [read]);

  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const touched = useCallback(() => {
    setDirty(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(keepNow, KEPT_AFTER_MS);
  }, [keepNow]);
  useEffect(() => {
    // What was typed in the last moment before the page goes.
    const flush = () => {
      clearTimeout(timer.current);
      if (text.current) keepNow();
    };
    addEventListener('pagehide', flush);
    return () => {
      removeEventListener('pagehide', flush);
      flush();
    };
  }, [keepNow]);

  const save = async () => {
    if (saving) return;
    const draft = read();
    const wrong = faultsOf(draft);
    setFaults(wrong);
    if (Object.keys(wrong).length > 0) return;
    sent.current = { key: keyOf(sent.current, draft) ?? newKey(), draft };
    keepNow();
    const control = new AbortController();
    setSaving(control);
    const done = await send(graph, inputOf(draft, sent.current.key, body), control.signal);
    setSaving(undefined);
    if ('faults' in done) {
      if (done.isOver) sent.current = undefined;
      return setFaults(done.faults);
    }
    sent.current = undefined;
    stored.current = draft;
    setRestoredAt(undefined);
    forget(store, keeping.current);
    keeping.current = { ...keeping.current, blobId: done.id };
    // What was typed meanwhile is unsaved still.
    keepNow();
    if (isHere()) onSaved(done.id);
  };

  return {
    first,
    place,
    setPlace: (next: Place) => {
      setPlace(next);
      fields.current = next;
      touched();
    },
    onReady: (handle: TextHandle) => {
      text.current = handle;
    },
    touched,
    faults,
    isDirty,
    hasRoom,
    restoredAt,
    /** Puts a draft in the place of what is typed. */
    take: (draft: Draft) => {
      setPlace(draft);
      fields.current = draft;
      text.current?.replace(draft.text);
      setRestoredAt(undefined);
      touched();
    },
    stored: () => stored.current,
    isUnsaved: () => !isSame(read(), stored.current),
    save,
    isSaving: saving !== undefined,
    stop: () => saving?.abort(),
  };
}
