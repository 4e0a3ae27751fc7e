import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { IndexDescription } from 'mongodb';
import { projectFile } from '../../platform/process/paths.ts';
import type { Collection, Collections } from './dump/mongodb.ts';
import type { Databases } from './dump/servers.ts';
import type { UserView } from './view.ts';

/** `embedded`: everything in PostgreSQL. `servers`: documents in MongoDB; the log is not kept. */
export const kinds = ['embedded', 'servers'] as const;
export type Kind = (typeof kinds)[number];

/** Open work when the system was killed, with its expected outcome. */
export interface Unfinished {
  readonly userId: string;
  /** Stored drafts, some of whose events were not yet published. */
  readonly drafts: readonly string[];
  /** Drafts that the model had not finished. */
  readonly running: readonly string[];
  /** Stored expansions that were not registered, or not known to be. */
  readonly unregistered: readonly { readonly draftId: string; readonly id: string }[];
  /** A compiled book that was not registered. */
  readonly book: { readonly id: string; readonly bookId: string; readonly version: number };
}

interface FailedDraft {
  readonly userId: string;
  readonly draftId: string;
}

/** Data that users and operators must find again. */
export interface Expected {
  /** ISO 8601. */
  readonly writtenAt: string;
  readonly users: readonly UserView[];
  /** A cursor of the last user from before a blob was created. */
  readonly resume: { readonly after: string; readonly blobId: string };
  /** Drafts whose runs failed: the model refused, or, in some releases, the index refused the result. */
  readonly failed: { readonly model: FailedDraft; readonly refused?: FailedDraft };
  /** The model whose expansions only had to be registered. */
  readonly model: string;
  readonly unfinished: Unfinished;
  /** Markdown of compiled books. */
  readonly exports: readonly { readonly userId: string; readonly id: string; readonly text: string }[];
  readonly schemas: readonly { readonly id: string; readonly versions: readonly string[] }[];
  readonly processors: readonly {
    readonly id: string;
    readonly version: string;
    readonly active: boolean;
    readonly createdAt: string;
  }[];
  /** Empty where the log is not kept. */
  readonly deadLetters: readonly { readonly processorId: string; readonly blobId: string }[];
  readonly erased: { readonly id: string; readonly state: string; readonly finishedAt: string };
}

/** All data of a release. */
export interface Release {
  readonly databases: Databases;
  /** Empty where there is no MongoDB. */
  readonly collections: Collections;
  readonly expected: Expected;
}

/** Key of connection strings, the same in all of these systems, so that they can be decrypted. */
export const CONNECTION_KEY = Buffer.alloc(32, 'upgrade').toString('base64');

const FOLDER = projectFile('e2e', 'upgrade', 'releases');
/** Largest file in bytes that is stored uncompressed. */
const LARGEST_PLAIN = 65_536;
const PACKED = '.gz';

function write(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  if (text.length <= LARGEST_PLAIN) writeFileSync(path, text);
  else writeFileSync(`${path}${PACKED}`, gzipSync(text, { level: 9 }));
}

const read = (path: string): string =>
  path.endsWith(PACKED) ? gunzipSync(readFileSync(path)).toString() : readFileSync(path, 'utf8');

const list = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).toSorted() : []);

/** A file's name without an ending; undefined when it has another. */
const nameOf = (file: string, ending: string): string | undefined =>
  new RegExp(`^(.+)\\.${ending}(\\.gz)?$`).exec(file)?.[1];

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** JSON with one blob per line. */
function expectedJson({ users, ...rest }: Expected): string {
  const views = users.map(({ blobs, ...user }) => {
    const lines = blobs.map((blob) => `\n      ${JSON.stringify(blob)}`);
    return `    ${JSON.stringify(user).slice(0, -1)}, "blobs": [${lines.join()}]}`;
  });
  return `{\n  "users": [\n${views.join(',\n')}\n  ],\n${json(rest).slice(2)}`;
}

/** Stores a release's data, in place of earlier data of that name. */
export function keep(name: string, kind: Kind, { databases, collections, expected }: Release): string {
  const folder = join(FOLDER, name, kind);
  rmSync(folder, { recursive: true, force: true });
  write(join(folder, 'expected.json'), expectedJson(expected));
  for (const [database, statements] of databases)
    write(join(folder, 'postgres', `${database}.sql`), statements);
  for (const [database, ofDatabase] of collections) {
    const indexes = [...ofDatabase].map(([collection, one]) => [collection, one.indexes]);
    write(join(folder, 'mongodb', database, 'indexes.json'), json(Object.fromEntries(indexes)));
    for (const [collection, { documents }] of ofDatabase)
      write(join(folder, 'mongodb', database, `${collection}.jsonl`), documents);
  }
  return folder;
}

function readCollections(folder: string): ReadonlyMap<string, Collection> {
  const indexes = JSON.parse(read(join(folder, 'indexes.json'))) as Record<string, IndexDescription[]>;
  const found = list(folder).flatMap((file) => {
    const name = nameOf(file, 'jsonl');
    if (name === undefined) return [];
    return [[name, { documents: read(join(folder, file)), indexes: indexes[name] ?? [] }] as const];
  });
  return new Map(found);
}

/** Names of the stored releases, oldest first. */
export const releases = (): string[] => list(FOLDER);

export function release(name: string, kind: Kind): Release {
  const folder = join(FOLDER, name, kind);
  const databases = list(join(folder, 'postgres')).flatMap((file) => {
    const database = nameOf(file, 'sql');
    return database === undefined ? [] : [[database, read(join(folder, 'postgres', file))] as const];
  });
  const mongodb = join(folder, 'mongodb');
  return {
    databases: new Map(databases),
    collections: new Map(list(mongodb).map((name) => [name, readCollections(join(mongodb, name))])),
    expected: JSON.parse(read(join(folder, 'expected.json'))) as Expected,
  };
}
