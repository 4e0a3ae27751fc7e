import createClient from 'openapi-fetch';
import type { components, paths } from './api.ts';

/** Creates, reads and lists blobs through the generated client; prints the results as JSON. */

type ErrorCode = components['schemas']['ErrorCode'];

const [gateway = '', token = ''] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl: gateway, headers: { authorization: `Bearer ${token}` } });

const failed = (error: components['schemas']['Problem']): never => {
  throw new Error(`${error.code}: ${error.detail}`);
};

async function createDraft(content: string, key: string): Promise<string> {
  const { data, error } = await api.POST('/api/v1/blobs', {
    params: { header: { 'Idempotency-Key': `"${key}"` } },
    body: {
      type: 'chapter_draft',
      schema_id: 'text-input-v1',
      data: { content, metadata: { book_id: 'my-novel', chapter_num: 1 } },
    },
  });
  return data ? data.blob.id : failed(error);
}

async function readBlob(id: string) {
  const { data, error } = await api.GET('/api/v1/blobs/{id}', { params: { path: { id } } });
  if (!data) return failed(error);
  const { type, title, size_bytes: size, processing } = data.blob;
  return { type, title, size: size satisfies number, state: processing.state };
}

async function pageAfter(cursor: string | null) {
  const query = { limit: 1, ...(cursor === null ? {} : { cursor }) };
  const params = { path: { user_id: 'me' }, query };
  const { data, error } = await api.GET('/api/v1/users/{user_id}/blobs', { params });
  return data ?? failed(error);
}

/** The ids of all blobs, page by page. */
async function listBlobs(): Promise<string[]> {
  const ids: string[] = [];
  let next: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof pageAfter>> = await pageAfter(next);
    ids.push(...page.blobs.map(({ id }) => id));
    next = page.next_cursor;
  } while (next !== null);
  return ids;
}

async function refused(): Promise<{
  code: ErrorCode | undefined;
  field: string | undefined;
  status: number;
}> {
  const { error, response } = await api.POST('/api/v1/blobs', {
    // @ts-expect-error The schema's id is missing.
    body: { type: 'note', data: {} },
  });
  return { code: error?.code, field: error?.field, status: response.status };
}

async function missing(): Promise<ErrorCode | undefined> {
  const { error } = await api.GET('/api/v1/blobs/{id}', { params: { path: { id: 'none' } } });
  return error?.code;
}

const first = await createDraft('The owl had the night shift.', 'one');
const again = await createDraft('The owl had the night shift.', 'one');
const second = await createDraft('Nobody else wanted it.', 'two');
const told = {
  same: first === again,
  read: await readBlob(first),
  listed: (await listBlobs()).filter((id) => id === first || id === second).length,
  refused: await refused(),
  missing: await missing(),
};
console.log(JSON.stringify(told));
