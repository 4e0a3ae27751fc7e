import { randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { ownerOf, stateOwner } from '../../platform/serving/direct-reads/owners.ts';
import { systemClock } from '../../platform/time/clock.ts';
import { Archive, Pace } from './archive.ts';
import { beginExport, type ExportDependencies } from './export.ts';
import { pathIn, safeName } from './names.ts';

const viewer = { userId: 'alice', roles: [] };
const row = (id: string, over: object = {}) => ({
  id,
  processor_id: 'state',
  schema_id: 's',
  title: 'T',
  size_bytes: 10,
  book_id: null,
  created_at: '2026-01-01T00:00:00Z',
  runs: [],
  ...over,
});
const blob = (id: string, user_id = 'alice') => ({ id, user_id, data: { content: id } });

/** Services that answer like this. Members that are left out are not requested. */
function services(of: {
  readonly pages: readonly (readonly object[] | Error)[];
  readonly batch?: (processor: string, ids: readonly string[]) => object;
  readonly open?: (path: string) => Readable;
}): ExportDependencies {
  let next = 0;
  return {
    clock: systemClock,
    ownerFor: async (id) =>
      id === 'state' ? stateOwner : ownerOf({ id, base_url: 'http://127.0.0.1:1', status: 'active' }),
    operations: {
      find: () => ({
        check: () => ({}),
        run: async () => ({ data: { me: { state: { books: [], conversations: [] } } } }),
      }),
    } as unknown as ExportDependencies['operations'],
    http: {
      async call() {
        const page = of.pages[next];
        next += 1;
        if (page instanceof Error) throw page;
        return { entries: page ?? [], next: next < of.pages.length ? String(next) : null };
      },
      async sendForText(target, { body }) {
        const processor = typeof target === 'string' ? target : target.id;
        const { ids } = body as { ids: string[] };
        const answer = of.batch?.(processor, ids) ?? { blobs: ids.map((id) => blob(id)) };
        return { status: 200, text: JSON.stringify(answer) };
      },
      async stream(_target, { path }) {
        const body = of.open?.(typeof path === 'string' ? path : path.path);
        if (!body) throw new BlobgraphError('NOT_FOUND', 'There is none.');
        return { status: 200, headers: { 'content-disposition': 'attachment; filename="../a.md"' }, body };
      },
    },
  };
}

async function made(deps: ExportDependencies) {
  const { output, write } = await beginExport(deps, viewer, new AbortController().signal);
  const writing = write();
  const pieces: Buffer[] = [];
  for await (const piece of output as AsyncIterable<Buffer>) pieces.push(piece);
  await writing;
  const bytes = Buffer.concat(pieces);
  const at = bytes.lastIndexOf('manifest.json');
  expect(at).toBeGreaterThan(0);
  return bytes;
}

/** Nothing is compressed, so that the archive's bytes show its contents. */
const directory = Buffer.from([0x50, 0x4b, 0x05, 0x06]);

describe('an export', () => {
  it('fails with a status when the index cannot be read', async () => {
    const away = new BlobgraphError('SERVICE_UNAVAILABLE', 'The service `state` did not answer.');
    const deps = services({ pages: [away] });
    await expect(beginExport(deps, viewer, new AbortController().signal)).rejects.toBe(away);
  });

  it('is aborted, without a directory, when the index fails midway', async () => {
    const deps = services({ pages: [[row('a')], new BlobgraphError('SERVICE_UNAVAILABLE', 'Away.')] });
    const { output, write } = await beginExport(deps, viewer, new AbortController().signal);
    const pieces: Buffer[] = [];
    output.on('data', (piece: Buffer) => pieces.push(piece));
    await expect(write()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(output.destroyed).toBe(true);
    expect(Buffer.concat(pieces).includes(directory)).toBe(false);
  });

  it('has no blobs of other users, and none that were not requested', async () => {
    const asked: string[][] = [];
    const batch = (_processor: string, ids: readonly string[]) => {
      asked.push([...ids]);
      return { blobs: [blob('own'), blob('foreign', 'mallory'), blob('unasked')] };
    };
    const rows = ['own', 'foreign', '../../state'].map((id) => row(id, { processor_id: 'outside' }));
    const added: string[] = [];
    const add = Archive.prototype.add;
    Archive.prototype.add = async function noted({ path, pieces, compress }) {
      const whole: Uint8Array[] = [];
      for await (const piece of pieces) whole.push(piece);
      added.push(`${path}\n${Buffer.concat(whole)}`);
      await add.call(this, { path, pieces: whole, compress });
    };
    try {
      await made(services({ pages: [rows], batch }));
    } finally {
      Archive.prototype.add = add;
    }
    // A malformed id is not requested.
    expect(asked).toEqual([['own', 'foreign']]);
    const contents = added.filter((text) => text.startsWith('contents/'));
    expect(contents).toHaveLength(1);
    expect(contents[0]).toContain('"own"');
    for (const other of ['mallory', 'unasked']) expect(added.join('')).not.toContain(other);
    expect(added.at(-1)).toMatch(/"code": "BLOB_NOT_FOUND"[\s\S]*"count": 2[\s\S]*"foreign"/);
  });

  it('keeps the beginning of a file that is cut off, and lists it', async () => {
    const broken = () =>
      Readable.from(
        (async function* pieces() {
          yield Buffer.from('# The beginning');
          throw new Error('The connection was cut');
        })(),
      );
    const runs = [{ processor_id: 'outside', artifact: 'markdown', state: 'COMPLETED' }];
    const archived = await made(
      services({ pages: [[row('a', { processor_id: 'outside', runs })]], open: broken }),
    );
    expect(archived.includes('# The beginning')).toBe(true);
    expect(archived.includes(directory)).toBe(true);
  });

  it('stops reading when its client stops, and ends with its client', async () => {
    const gone = new AbortController();
    let read = 0;
    const endless = () =>
      Readable.from(
        (async function* pieces() {
          for (;;) {
            read += 65_536;
            yield randomBytes(65_536);
          }
        })(),
      );
    const deps = services({
      pages: [[row('a', { size_bytes: 2 ** 40 })]],
      open: endless,
    });
    const { output, write } = await beginExport(deps, viewer, gone.signal);
    const ended = write().catch((error: unknown) => error);
    // Nothing moves any more once all buffers are full.
    let before = -1;
    await expect
      .poll(() => {
        const still = read > 0 && read === before;
        before = read;
        return still;
      })
      .toBe(true);
    expect(read).toBeLessThan(4 * 1024 * 1024);
    gone.abort(new Error('gone'));
    expect(await ended).toBeInstanceOf(Error);
    expect(output.destroyed).toBe(true);
  });
});

it('a slow client gets the archive chunk by chunk', async () => {
  const archive = new Archive(new Date(), new AbortController().signal);
  const slow = new PassThrough({ highWaterMark: 1 });
  archive.output.pipe(slow);
  const adding = archive
    .add({ path: 'a', pieces: Array.from({ length: 50 }, () => randomBytes(10_000)), compress: true })
    .then(() => archive.end());
  let bytes = 0;
  for await (const piece of slow as AsyncIterable<Buffer>) bytes += piece.length;
  await adding;
  expect(bytes).toBeGreaterThan(500_000);
  expect(archive.files).toMatchObject([{ path: 'a', bytes: 500_000 }]);
});

describe('names in an archive', () => {
  it.each([
    ['../../etc/passwd', 'etc_passwd'],
    ['C:\\Windows\\x.md', 'C_Windows_x.md'],
    ['\u202egpj.exe', 'gpj.exe'],
    ['a\0b\r\nc', 'a_b_c'],
    ['...', ''],
    ['  ', ''],
    ['Größe 東京.epub', 'Größe 東京.epub'],
    ['\ud800x', 'x'],
    ['a....b', 'a.b'],
  ])('%j is %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it('are numbered, and short', () => {
    expect(pathIn('index', 7, '.jsonl')).toBe('index/000007.jsonl');
    expect(pathIn('files/a', 12, 'b.md')).toBe('files/a/000012 b.md');
    expect([...safeName(`${'𝒳'.repeat(500)}.epub`)].length).toBeLessThanOrEqual(80);
    expect(safeName(`${'x'.repeat(500)}.epub`)).toMatch(/\.epub$/);
  });
});

it('a client may pause for a while, but not read too slowly for ever', () => {
  const pace = new Pace();
  expect(pace.took(1_000, 290_000)).toBe(true);
  expect(pace.took(1_000, 20_000)).toBe(false);
  const steady = new Pace();
  for (let seconds = 10; seconds <= 100_000; seconds += 10) expect(steady.took(200_000, 10_000)).toBe(true);
});
