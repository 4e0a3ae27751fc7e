import { CreateBlobDocument } from 'blobgraph/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { Empty, Failed, Loading } from '../design/states/notices.tsx';
import { useTell } from '../design/states/toasts.tsx';
import { useRead } from '../graph/hooks.ts';
import { useChanges, useUserId } from '../graph/live.tsx';
import { STAYS } from '../page/address.ts';
import { Page } from '../page/page.tsx';
import { storeOf } from '../session/storage.ts';
import { Desk } from './desk.tsx';
import { Hears } from './heard.tsx';
import { WriteBlobDocument, type WriteBlobQuery } from './operations.generated.ts';
import { type Body, type Draft, inputOf, NO_DRAFT } from './text/draft.ts';
import { tabId } from './text/unsaved.ts';

type Blob = NonNullable<WriteBlobQuery['blob']>;

/** A blob's text and place, where it is a text that was written here. */
interface Text {
  readonly draft: Draft;
  readonly body: Body;
  readonly bookId: string | undefined;
  readonly chapterNum: number | undefined;
}

/** The title that a text has by itself: then none was given. */
const isFirstLine = (title: string, text: string): boolean =>
  text
    .trimStart()
    .split('\n', 1)[0]
    ?.replace(/^#+\s*/, '')
    .trim() === title;

function textOf({ title, content }: Blob): Text | undefined {
  if (content?.__typename !== 'UserBlob') return undefined;
  const body = content.body as {
    readonly content?: unknown;
    readonly metadata?: Record<string, unknown>;
  } | null;
  const text = body?.content;
  if (typeof text !== 'string') return undefined;
  const { bookId, chapterNum } = content;
  const draft: Draft = {
    text,
    title: isFirstLine(title, text) ? '' : title,
    bookId: bookId ?? '',
    chapter: chapterNum === null ? '' : String(chapterNum),
  };
  return { draft, body: body ?? undefined, bookId: bookId ?? undefined, chapterNum: chapterNum ?? undefined };
}

/** A new draft at its beginning, as its address says: `?book=ID&chapter=NUMBER`. */
function begun(search: string): Draft {
  const asked = new URLSearchParams(search);
  return { ...NO_DRAFT, bookId: asked.get('book') ?? '', chapter: asked.get('chapter') ?? '' };
}

interface OpenProps {
  readonly id: string | undefined;
  readonly onSaved: (id: string) => void;
}

const noDraft = (id: string) => ({ document: WriteBlobDocument, variables: { id } });

const Missing = ({
  id,
  title,
  children,
}: {
  readonly id: string;
  readonly title: string;
  readonly children: string;
}) => (
  <Page title="Draft" operation={noDraft(id)}>
    <Empty title={title} action={<Link href="/">To the shelf</Link>}>
      {children}
    </Empty>
  </Page>
);

/** Reads the draft of the address, once: what is typed afterwards is the desk's own, also under the address of what was saved. */
function Open({ id, onSaved }: OpenProps) {
  const [search, userId] = [useSearch(), useUserId()];
  const { data, faults, isLoading, reload } = useRead(
    WriteBlobDocument,
    { id: id ?? '' },
    { pause: id === undefined },
  );
  const blob = data?.blob?.id === id ? (data?.blob ?? undefined) : undefined;
  const [deletedId, setDeletedId] = useState<string>();
  useChanges(({ kind, blobId }) => {
    if (kind === 'DELETED' && blobId === id) setDeletedId(id);
  });
  const first = useRef<{
    readonly stored: Draft;
    readonly place: { userId: string; blobId: string; tab: string };
  }>(undefined);
  const read = blob && textOf(blob);
  // Of what was just saved, until that is read: what a client of its own put into the document stays in a newer draft.
  const last = useRef(read);
  if (read) last.current = read;
  const text = read ?? last.current;
  const stored = id === undefined ? begun(search) : text?.draft;
  if (!first.current && stored && userId) {
    const place = { userId, blobId: id ?? `?${search}`, tab: tabId(storeOf('sessionStorage')) };
    first.current = { stored, place };
  }
  if (first.current) {
    const { place } = first.current;
    const operation =
      id === undefined
        ? { document: CreateBlobDocument, variables: { input: inputOf(first.current.stored, place.tab) } }
        : noDraft(id);
    return (
      <Desk
        id={id}
        blob={blob}
        bookId={text?.bookId}
        chapterNum={text?.chapterNum}
        stored={first.current.stored}
        body={text?.body}
        place={place}
        isDeleted={deletedId !== undefined && deletedId === id}
        operation={operation}
        onSaved={onSaved}
      />
    );
  }
  if (id === undefined || isLoading || !userId)
    return (
      <Page title="Draft" operation={noDraft(id ?? '')}>
        <Loading label="Loading the draft" lines={8} />
      </Page>
    );
  if (!data || (data.blob === null && faults.length > 0))
    return (
      <Page title="Draft" operation={noDraft(id)}>
        <Failed title="The draft cannot be read" reason={faults[0]} onRetry={reload} />
      </Page>
    );
  if (!blob)
    return (
      <Missing id={id} title="There is no such draft">
        It was deleted, or it is not yours.
      </Missing>
    );
  if (blob.content === null && faults.length > 0)
    return (
      <Page title={blob.title} operation={noDraft(id)}>
        <Failed title="The text cannot be read" reason={faults[0]} onRetry={reload} />
      </Page>
    );
  return (
    <Page title={blob.title} operation={noDraft(id)}>
      <Empty
        title="This is no text that you wrote"
        action={<Link href={`/lineage/${encodeURIComponent(id)}`}>Where it comes from</Link>}
      >
        Only your own texts can be written on. What was made of them is read where it stands.
      </Empty>
    </Page>
  );
}

/** The writing desk. It goes on under the address of what it saved, with the cursor where it is. */
export function Write({ id }: { readonly id?: string | undefined }) {
  const [, go] = useLocation();
  const tell = useTell();
  const search = useSearch();
  const address = id ?? `?${search}`;
  const [open, setOpen] = useState({ address, serial: 0 });
  const saved = useRef<string>(undefined);
  if (address !== open.address) {
    const serial = saved.current === address ? open.serial : open.serial + 1;
    setOpen({ address, serial });
  }
  // Once: who comes back to it later, from another draft, comes to a desk of its own.
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each address
  useEffect(() => {
    saved.current = undefined;
  }, [address]);
  const onSaved = useCallback(
    (newId: string) => {
      saved.current = newId;
      tell('Saved.');
      go(`/write/${encodeURIComponent(newId)}`, { state: STAYS, replace: id === undefined });
    },
    [go, tell, id],
  );
  return (
    <Hears>
      <Open key={open.serial} id={id} onSaved={onSaved} />
    </Hears>
  );
}
