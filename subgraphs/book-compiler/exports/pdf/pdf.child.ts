import { readFileSync, writeSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { deserialize } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { builtFile, projectFile } from '../../../../platform/process/paths.ts';
import type { BookInput } from '../book/book.ts';
import { parseBook } from '../book/parse.ts';
import { fontFiles } from './fonts.ts';
import { charactersIn, unshownIn, withMarks } from './glyphs.ts';
import { type SetImage, setImage } from './images.ts';
import { bookTree } from './layout.ts';
import type { PdfMessage, PdfRequest } from './request.ts';

/**
 * A process that sets one book: the request on standard input, the file on standard output, messages on descriptor 3.
 */
const MESSAGES = 3;
const tell = (message: PdfMessage) => writeSync(MESSAGES, `${JSON.stringify(message)}\n`);
/** The last reported percentage: not every one of two thousand chapters is worth a message. */
let told = -1;
function stage(done: number, name: string): void {
  const hundredths = Math.floor(done * 100);
  if (hundredths === told) return;
  told = hundredths;
  tell({ kind: 'progress', done, stage: name });
}

/** Pictures that can be read; the descriptions of others stand in the text. */
async function pictures({ pictures: given, cover }: BookInput) {
  const set = new Map<string, SetImage>();
  for (const [index, [key, picture]] of [...given].entries()) {
    const image = await setImage(picture, String(index));
    if (image) set.set(key, image);
  }
  return { pictures: set, cover: cover && (await setImage(cover, 'cover')) };
}

/** A folder that does not exist: the compiler reads only what it is given. */
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

/** Sets the book as PDF/UA-1. Removes combining marks that no font can set with their letters. */
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
  const { book, fonts, maxMemory } = deserialize(await buffer(process.stdin)) as PdfRequest;
  new Worker(builtFile('subgraphs/book-compiler/exports/pdf/memory.worker.ts'), {
    workerData: maxMemory,
  }).unref();
  const laid = { ...(await pictures(book)), fonts };
  const tree = bookTree(parseBook(book), laid, (done) => stage(0.3 * done, 'reading'));
  stage(0.3, 'setting');
  const compiler = openCompiler([...laid.pictures.values(), ...(laid.cover ? [laid.cover] : [])]);
  const createdAt = Math.floor(Date.parse(book.compiledAt) / 1_000);
  const pdf = setBook(JSON.stringify(tree), tree.fonts.body, compiler, createdAt);
  stage(0.9, 'writing');
  await new Promise<void>((resolve) => process.stdout.end(pdf, resolve));
}

await main().catch((error: unknown) => {
  const { message } = error as Error;
  tell({ kind: 'failed', reason: 'fault', message: message.slice(0, 2_000) });
  process.exitCode = 1;
});
