import { readFileSync, writeSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { deserialize } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { builtFile, projectFile } from '../../../../platform/paths.ts';
import { fontFiles } from './fonts.ts';
import { charactersIn, unshownIn, withMarks } from './glyphs.ts';
import { type SetImage, setImage } from './images.ts';
import { bookTree } from './layout.ts';
import type { PdfMessage, PdfRequest } from './request.ts';

/** A process that sets one book: its request comes in on standard input, the file goes out on standard output. */
const MESSAGES = 3;
const tell = (message: PdfMessage) => writeSync(MESSAGES, `${JSON.stringify(message)}\n`);
const stage = (progress: number, name: string) => tell({ kind: 'progress', progress, stage: name });

class Refusal extends Error {
  readonly reason: Extract<PdfMessage, { kind: 'failed' }>['reason'];
  constructor(reason: Refusal['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

async function pictures({ images }: PdfRequest): Promise<Map<string, SetImage>> {
  const set = new Map<string, SetImage>();
  for (const [index, [url, given]] of Object.entries(images).entries()) {
    const image = await setImage(given, String(index));
    if (image) set.set(url, image);
  }
  return set;
}

async function coverOf({ cover }: PdfRequest): Promise<SetImage | null> {
  if (!cover) return null;
  const image = await setImage(cover, 'cover');
  if (!image) throw new Refusal('cover', 'The cover is no picture that can be read.');
  return image;
}

/** A folder that is nowhere: the compiler reads what it is handed, and no file. */
const NOWHERE = '/nowhere';

function openCompiler(images: readonly SetImage[]): NodeCompiler {
  const compiler = NodeCompiler.create({ workspace: NOWHERE, fontArgs: [{ fontPaths: fontFiles() }] });
  for (const { file, bytes } of images) compiler.mapShadow(`${NOWHERE}${file}`, bytes);
  return compiler;
}

const compiling =
  (compiler: NodeCompiler, creationTimestamp: number, pdfStandard?: string) =>
  (source: string, inputs: Readonly<Record<string, string>>): Buffer => {
    const done = compiler.compile({ mainFileContent: source, inputs: { ...inputs } });
    const { result } = done;
    if (!result) throw new Error(JSON.stringify(done.takeError()?.shortDiagnostics).slice(0, 2_000));
    return compiler.pdf(result, { creationTimestamp, ...(pdfStandard ? { pdfStandard } : {}) });
  };

/** Sets the book by PDF/UA-1; where letters and marks do not go together in any font, those marks go. */
function setBook(json: string, fonts: readonly string[], compiler: NodeCompiler, createdAt: number): Buffer {
  const template = readFileSync(projectFile('subgraphs/book-compiler/exports/pdf/book.typ'), 'utf8');
  const accessible = compiling(compiler, createdAt, 'ua-1');
  const unshown = unshownIn(json, fonts, accessible);
  for (let round = 0; round < 2; round += 1) {
    try {
      return accessible(template, { book: withMarks(json, unshown) });
    } catch (error) {
      const more = charactersIn((error as Error).message).filter((each) => !unshown.includes(each));
      if (more.length === 0) throw error;
      unshown.push(...more);
    }
  }
  return compiling(compiler, createdAt)(template, { book: withMarks(json, unshown) });
}

async function main(): Promise<void> {
  const { request, maxMemory } = deserialize(await buffer(process.stdin)) as {
    request: PdfRequest;
    maxMemory: number;
  };
  new Worker(builtFile('subgraphs/book-compiler/exports/pdf/memory.worker.ts'), {
    workerData: maxMemory,
  }).unref();
  stage(0.05, 'reading');
  const [images, cover] = [await pictures(request), await coverOf(request)];
  const tree = bookTree(request, images, cover);
  stage(0.2, 'setting');
  const compiler = openCompiler([...images.values(), ...(cover ? [cover] : [])]);
  const pdf = setBook(JSON.stringify(tree), tree.fonts.body, compiler, request.createdAt);
  stage(0.9, 'writing');
  await new Promise<void>((resolve) => process.stdout.end(pdf, resolve));
}

await main().catch((error: unknown) => {
  const { message } = error as Error;
  tell({
    kind: 'failed',
    reason: error instanceof Refusal ? error.reason : 'fault',
    message: message.slice(0, 2_000),
  });
  process.exitCode = 1;
});
