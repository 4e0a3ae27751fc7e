import type { MessagePort } from 'node:worker_threads';
import { BlobgraphError, type ErrorCode } from '../../../platform/errors/errors.ts';
import type { BookInput } from './book/book.ts';
import { parseBook } from './book/parse.ts';
import type { ThreadFormat } from './formats/formats.ts';
import { makers } from './makers.ts';

/** A thread's task. It posts {@link ExportMessage}s to `port`. */
export interface ExportTask {
  readonly format: ThreadFormat;
  readonly book: BookInput;
  /** Moved to the thread, which closes it at the end. */
  readonly port: MessagePort;
}

/** A message of a working thread. */
export type ExportMessage =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'progress'; readonly done: number; readonly stage: string }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'end' };

/** Bytes of one message: smaller pieces are collected. */
const CHUNK = 256 * 1024;

/** Sends pieces with back pressure: each waits until the one before was taken. */
class Sender {
  readonly #port: MessagePort;
  #taken: () => void = () => undefined;
  #pieces: Uint8Array[] = [];
  #size = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', () => this.#taken());
  }

  async send(piece: Uint8Array): Promise<void> {
    this.#pieces.push(piece);
    this.#size += piece.byteLength;
    if (this.#size >= CHUNK) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#size === 0) return;
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.byteLength;
    }
    this.#pieces = [];
    this.#size = 0;
    const taken = new Promise<void>((resolve) => {
      this.#taken = resolve;
    });
    this.tell({ kind: 'bytes', bytes }, [bytes.buffer]);
    await taken;
  }

  tell(message: ExportMessage, moved: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, moved);
  }
}

/** The thread's entry point. */
export default async function exportBook({ format, book, port }: ExportTask): Promise<void> {
  const sender = new Sender(port);
  try {
    const make = await makers[format]();
    const onProgress = (done: number, stage: string) => sender.tell({ kind: 'progress', done, stage });
    for await (const piece of make(parseBook(book), onProgress)) await sender.send(piece);
    await sender.flush();
    sender.tell({ kind: 'end' });
  } catch (error) {
    // Errors lose their class between threads. This one is for the book's owner.
    if (!(error instanceof BlobgraphError)) throw error;
    sender.tell({ kind: 'refused', code: error.code, message: error.message });
  } finally {
    port.close();
  }
}
