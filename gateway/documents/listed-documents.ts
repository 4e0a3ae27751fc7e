import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { OperationRefused } from '../../platform/serving/graphql/operation.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Operations } from '../operations/operations.ts';
import { HASH_PREFIX, idOfText } from './document-id.ts';
import { documentsOf, type ListedDocument, ManifestError } from './persisted-manifest.ts';

/** Limits of all manifests together. */
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_DOCUMENTS = 10_000;
/** Longer documents are refused by the operation limits. */
const LONGEST_TEXT = 65_536;

/** The documents in the operator's manifests. */
export class ListedDocuments {
  readonly documents: readonly ListedDocument[];
  readonly #texts = new Map<string, string>();

  /** @throws ManifestError when an id stands for two documents */
  constructor(documents: readonly ListedDocument[] = []) {
    this.documents = documents;
    const files = new Map<string, string>();
    for (const { id, text, file } of documents) {
      const before = this.#texts.get(id);
      if (before !== undefined && before !== text) {
        const where = `in ${files.get(id)} and in ${file}`;
        throw new ManifestError(`${JSON.stringify(id)} stands for two documents, ${where}.`);
      }
      files.set(id, file);
      this.#texts.set(id, text);
    }
    for (const { text } of documents) this.#texts.set(idOfText(text), text);
  }

  /** The text for an id: from a manifest, or the text's SHA-256 with or without `sha256:`. */
  textOf(id: string): string | undefined {
    return this.#texts.get(id) ?? this.#texts.get(HASH_PREFIX + id);
  }

  /** Whether exactly this text is listed. */
  has(text: string): boolean {
    return text.length <= LONGEST_TEXT && this.#texts.get(idOfText(text)) === text;
  }
}

async function filesAt(path: string): Promise<readonly string[]> {
  const about = await stat(path);
  if (!about.isDirectory()) return [path];
  const names = await readdir(path);
  const files = names.filter((name) => name.endsWith('.json')).toSorted();
  if (files.length === 0) throw new ManifestError(`there is no .json file in ${path}.`);
  return files.map((name) => join(path, name));
}

async function textsAt(path: string): Promise<readonly (readonly [string, string])[]> {
  const files = await filesAt(path);
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  if (sizes.reduce((sum, size) => sum + size, 0) > MOST_BYTES)
    throw new ManifestError(`${path} has more than ${MOST_BYTES} bytes.`);
  return Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const));
}

/** Reads a manifest, or all manifests (`*.json`) in a folder. @throws ManifestError with the file and the problem */
export async function readListed(path: string): Promise<ListedDocuments> {
  const texts = await textsAt(path).catch((error: unknown) => {
    if (error instanceof ManifestError) throw error;
    const { code = 'it' } = error as NodeJS.ErrnoException;
    throw new ManifestError(`${path} cannot be read (${code}).`, { cause: error });
  });
  const documents = texts.flatMap(([file, text]) => documentsOf(file, text));
  if (documents.length > MOST_DOCUMENTS)
    throw new ManifestError(
      `${path} lists ${documents.length} documents; at most ${MOST_DOCUMENTS} are taken.`,
    );
  return new ListedDocuments(documents);
}

/**
 * Logs listed documents that are invalid for the graph: documents of old clients may outlive a field. They are refused
 * when requested, and nothing else is affected. Resolves to their number.
 */
export async function logInvalid(
  { documents }: ListedDocuments,
  operations: Pick<Operations<never>, 'assertValid'>,
  logger: Pick<Logger, 'error'>,
): Promise<number> {
  let invalid = 0;
  for (const { id, text, file } of documents) {
    try {
      operations.assertValid(text);
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      invalid += 1;
      const [reason] = error.errors;
      logger.error(
        { file, documentId: id, reason: reason?.message },
        'listed document is invalid and not served',
      );
    }
    await turn();
  }
  return invalid;
}
