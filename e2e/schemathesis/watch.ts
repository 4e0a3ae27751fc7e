import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorTable } from '../../platform/errors/errors.ts';
import { projectRoot } from '../../platform/process/paths.ts';
import type { GraphClient } from '../harness/client.ts';
import type { System } from '../harness/system.ts';

/** Input of `hooks.py`. */
export interface Watch {
  /** Ids of blobs, books, processors and schemas, of the caller and of another user. */
  readonly ids: readonly string[];
  /** Texts that must not be in any answer, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Error codes of server faults. */
  readonly faults: readonly string[];
}

const CREATE = /* GraphQL */ `
  mutation ($input: CreateBlobInput!) { createBlob(input: $input) { blob { id } userErrors { message } } }
`;

const DERIVED = /* GraphQL */ `
  query ($id: ID!) { blob(id: $id) { processing { state } derived { nodes { id } } } }
`;

interface Created {
  readonly createBlob: { readonly blob: { readonly id: string } };
}

interface Derived {
  readonly blob: {
    readonly processing: { readonly state: string };
    readonly derived: { readonly nodes: readonly { readonly id: string }[] };
  };
}

const KNOWN = ['state', 'text-expansion', 'book-compiler', 'image-processor', 'text-input-v1', 'note-v1'];

/** Writes a book of two chapters. @returns ids of its drafts and their expansions */
async function writeBook(client: GraphClient, book: string, word: string): Promise<string[]> {
  const ids: string[] = [];
  for (const chapter of [1, 2]) {
    const data = {
      content: `The ${word} of chapter ${chapter} was seen by nobody.`,
      metadata: { book_id: book, chapter_num: chapter },
    };
    const input = { type: 'chapter_draft', schemaId: 'text-input-v1', title: `On the ${word}`, data };
    const { createBlob } = await client.query<Created>(CREATE, { input });
    ids.push(createBlob.blob.id);
  }
  return ids;
}

/** Waits until the drafts are expanded. @throws Error when a run fails */
async function expansionsOf(client: GraphClient, drafts: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const id of drafts) {
    let blob: Derived['blob'];
    do {
      ({ blob } = await client.query<Derived>(DERIVED, { id }));
      if (blob.processing.state === 'FAILED') throw new Error(`The expansion of ${id} failed`);
    } while (blob.processing.state !== 'COMPLETED');
    ids.push(...blob.derived.nodes.map((derived) => derived.id));
  }
  return ids;
}

function keysIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const parts = files.map(({ parentPath, name }) => {
    const text = readFileSync(join(parentPath, name), 'utf8');
    // The longest line of a key in several lines, or the private part of a JWK.
    const secret = text.startsWith('{')
      ? (JSON.parse(text) as { d: string }).d
      : text.split('\n').reduce((longest, line) => (line.length > longest.length ? line : longest), '');
    return [`the key ${name}`, secret] as const;
  });
  return Object.fromEntries(parts);
}

const SECRET = /PASSWORD|SECRET|KEY/;

function environmentSecrets(environment: Readonly<Record<string, string>>): Record<string, string> {
  const given = Object.entries(environment);
  const passwords = given.flatMap(([name, value]) => {
    const password = URL.canParse(value) ? new URL(value).password : '';
    return password ? [[`the password of ${name}`, password]] : [];
  });
  const named = given.filter(([name, value]) => SECRET.test(name) && value.length > 8);
  return Object.fromEntries([...passwords, ...named]);
}

/**
 * Writes a book as `caller` and one as another user, and waits until both are expanded.
 * @returns texts and ids to look for in answers to `caller`
 */
export async function watchOver(system: System, caller: string): Promise<Watch> {
  const word = `quagga${randomBytes(6).toString('hex')}`;
  const [own, other] = [await system.client(caller), await system.client(`other-${word}`)];
  const drafts = [await writeBook(own, 'my-novel', 'horse'), await writeBook(other, `book-${word}`, word)];
  const derived = [await expansionsOf(own, drafts[0] ?? []), await expansionsOf(other, drafts[1] ?? [])];
  return {
    ids: [...drafts.flat(), ...derived.flat(), 'my-novel', ...KNOWN],
    secrets: {
      'what another user wrote': word,
      'the token of another user': other.token,
      'the folder of the data': system.dataDir,
      'the folder of the program': projectRoot,
      ...keysIn(join(system.dataDir, 'keys')),
      ...environmentSecrets(system.environment),
    },
    faults: Object.entries(errorTable)
      .filter(([, { status }]) => status >= 500)
      .map(([code]) => code),
  };
}
