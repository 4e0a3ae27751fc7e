import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

/** Bytes that a newcomer may wait for: script, styles and fonts, as they are sent. */
const FIRST_LOAD_BYTES = 250_000;

/** Of the editor, the graphs, sorting by hand: none of it is needed to see the shelf. */
const OF_OTHER_SCREENS = /\/(?:@?codemirror|@lezer|@xyflow|@dagrejs|@dnd-kit|micromark[^/]*|oauth4webapi)\//;

let files: Rolldown.RolldownOutput['output'];

beforeAll(async () => {
  vi.stubEnv('NODE_ENV', 'production');
  const root = fileURLToPath(new URL('.', import.meta.url));
  const built = await build({
    root,
    configFile: fileURLToPath(new URL('vite.config.ts', import.meta.url)),
    logLevel: 'error',
    build: { write: false },
  });
  files = (built as Rolldown.RolldownOutput).output;
});
afterAll(() => void vi.unstubAllEnvs());

const chunks = () => files.filter((file) => file.type === 'chunk');

/** Chunks with all that they import statically. */
function withImports(from: readonly Rolldown.OutputChunk[]): Rolldown.OutputChunk[] {
  const found = new Set(from);
  for (const { imports } of found)
    for (const chunk of chunks()) if (imports.includes(chunk.fileName)) found.add(chunk);
  return [...found];
}

/** Chunks that are loaded before anything is shown. */
const first = () => withImports(chunks().filter(({ isEntry }) => isEntry));

const textOf = ({ source }: Rolldown.OutputAsset): string => Buffer.from(source).toString();
const assets = (pattern: RegExp) =>
  files.filter((file) => file.type === 'asset').filter(({ fileName }) => pattern.test(fileName));

/** Style sheets that the page itself links. */
function styles(): Rolldown.OutputAsset[] {
  const [page] = assets(/index\.html$/);
  return assets(/\.css$/).filter(({ fileName }) => page && textOf(page).includes(fileName));
}

/** Fonts of the letters that the page's own words need. */
const fonts = () => assets(/-latin-.*\.woff2$/).filter(({ fileName }) => !fileName.includes('-ext-'));

const sent = (bytes: string | Uint8Array): number => brotliCompressSync(bytes).length;

it('the first load is within its budget', () => {
  const parts = {
    script: first().reduce((sum, { code }) => sum + sent(code), 0),
    styles: styles().reduce((sum, asset) => sum + sent(textOf(asset)), 0),
    // Compressed already.
    fonts: fonts().reduce((sum, { source }) => sum + Buffer.from(source).length, 0),
  };
  for (const size of Object.values(parts)) expect(size, JSON.stringify(parts)).toBeGreaterThan(1_000);
  const whole = parts.script + parts.styles + parts.fonts;
  expect(whole, JSON.stringify(parts)).toBeLessThan(FIRST_LOAD_BYTES);
});

it('nothing of the other screens’ libraries comes with it', () => {
  const modules = first().flatMap(({ moduleIds }) => moduleIds);
  expect(modules.some((id) => id.includes('/shelf/'))).toBe(true);
  expect(modules.filter((id) => OF_OTHER_SCREENS.test(id))).toEqual([]);
});

it('each of the other screens comes by itself, and takes no longer', () => {
  const early = new Set(first());
  for (const screen of ['write', 'lineage', 'book', 'pictures', 'run']) {
    const own = chunks().filter(({ facadeModuleId }) =>
      facadeModuleId?.endsWith(`/studio/${screen}/${screen}.tsx`),
    );
    expect(own, screen).toHaveLength(1);
    for (const chunk of own) expect(early.has(chunk), screen).toBe(false);
    const more = withImports(own).filter((chunk) => !early.has(chunk));
    expect(
      more.reduce((sum, { code }) => sum + sent(code), 0),
      screen,
    ).toBeLessThan(FIRST_LOAD_BYTES);
  }
});

it('no file has a font or another file written into it, which the page’s policy would refuse', () => {
  for (const asset of assets(/\.css$/)) expect(textOf(asset)).not.toMatch(/url\(["']?data:/);
});

it('nothing is asked of another origin: no file of the page names one to load from', () => {
  const [page] = assets(/index\.html$/);
  expect(page && textOf(page)).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  for (const asset of assets(/\.css$/)) expect(textOf(asset)).not.toMatch(/url\(["']?(?:https?:)?\/\//);
});
