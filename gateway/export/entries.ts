import { z } from 'zod';
import { AnswerTooLarge } from '../../platform/clients/http/gathering.ts';
import type { ServiceHttp } from '../../platform/clients/http/http.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { routed } from '../../platform/ids/service-path.ts';

const entrySchema = z.looseObject({
  id: z.string(),
  processor_id: z.string(),
  schema_id: z.string(),
  title: z.string(),
  size_bytes: z.number(),
  content_hash: z.string().nullable().optional(),
  book_id: z.string().nullable(),
  created_at: z.string(),
  /** Runs on the blob. A completed run with an artifact has made a file. */
  runs: z.array(
    z.looseObject({ processor_id: z.string(), artifact: z.string().nullable(), state: z.string() }),
  ),
});
/** An entry of the user's index, from the state subgraph. */
export type Entry = z.infer<typeof entrySchema>;

/** The members of an entry that are held until its content is read. An entry may have thousands of sources. */
export type KeptEntry = Pick<Entry, 'id' | 'processor_id' | 'schema_id' | 'size_bytes' | 'runs'>;

export const kept = ({ id, processor_id, schema_id, size_bytes, runs }: Entry): KeptEntry => ({
  id,
  processor_id,
  schema_id,
  size_bytes,
  runs,
});

const pageSchema = z.object({ entries: z.array(entrySchema), next: z.string().nullable() });

const PAGE = 100;
/** Bytes of one page. An entry may have thousands of sources. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

async function read(http: Pick<ServiceHttp, 'call'>, viewer: Viewer, first: number, after: string | null) {
  const { path, template } = routed`/api/v1/users/${viewer.userId}/index`;
  const query = new URLSearchParams({ first: String(first), ...(after === null ? {} : { after }) });
  const answer = await http.call('state', {
    method: 'GET',
    path: { path: `${path}?${query}`, template },
    viewer,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_PAGE_BYTES,
  });
  return pageSchema.parse(answer);
}

/**
 * All entries of the user in pages, newest first. Entries that are created after the first page was read are left out.
 * @throws BlobgraphError
 */
export async function* entriesOf(http: Pick<ServiceHttp, 'call'>, viewer: Viewer): AsyncGenerator<Entry[]> {
  let first = PAGE;
  for (let after: string | null = null; ; ) {
    try {
      const page: z.infer<typeof pageSchema> = await read(http, viewer, first, after);
      yield page.entries;
      if (page.next === null) return;
      after = page.next;
      first = Math.min(PAGE, first * 2);
    } catch (error) {
      if (!(error instanceof AnswerTooLarge) || first === 1) throw error;
      first = Math.ceil(first / 4);
    }
  }
}
