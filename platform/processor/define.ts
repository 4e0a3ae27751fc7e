import type { FastifyInstance } from 'fastify';
import type { Db } from 'mongodb';
import type { z } from 'zod';
import type { bookPlaces, Takes } from '../clients/registry.ts';
import type { StateClient } from '../clients/state.ts';
import type { Clock } from '../clock.ts';
import type { BlobgraphError } from '../errors.ts';
import type { Delivery } from '../event-log/log.ts';
import type { IdSource } from '../ids.ts';
import type { Logger } from '../logger.ts';
import type { ObjectStore } from '../objects/objects.ts';
import type { SqlDatabase } from '../sql/database.ts';
import type { ArtifactDefinition } from './artifacts.ts';
import type { Files } from './files.ts';
import type { FieldResolver } from './graphql/resolvers.ts';
import type { Kit } from './kit.ts';
import { InvalidSpec } from './records/names.ts';
import type { RecordsDefinition } from './records/records.ts';
import type { BlobObject } from './records/s3/blob-objects.ts';
import { MAX_TIMEOUT_SECONDS } from './runs/settings.ts';
import type { Source } from './sources.ts';
import type { StoredFiles } from './stored-files.ts';

/** One run, as a processor's own code sees it. */
export interface RunRequest<Plan = unknown> {
  /** The id that the blob will have. */
  readonly id: string;
  readonly userId: string;
  /** The first of the sources. */
  readonly source: Source;
  /** In order; of a command's, those that could not be read are left out. */
  readonly sources: readonly Source[];
  /** Answered by the command's `plan`; undefined in a run that an event asked for. */
  readonly plan: Plan;
  /** Aborts when the run's time is over or the process stops. */
  readonly signal: AbortSignal;
  /** Tells how far it is, 0 to 1, and what it is at. */
  readonly onProgress: (done: number, stage?: string) => void;
  /** Waits, e.g. before another try, and lets another run have this one's place meanwhile. Default: there is none to let go. */
  readonly park?: Delivery['park'];
}

/** The result of a run. */
export interface RunResult<Data extends object = object> {
  /** The document's `data`, snake_case, as the output schema has it; what the store allocates is left out. Values of JSON. */
  readonly data: Data;
  /** Members beside `data`, rows of child tables among them. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** Objects that the blob stands on, stored before it and erased with it; `data` names them by their `sha256`. Needs `records` of the store `s3`. */
  readonly objects?: readonly BlobObject[];
  /** Default: the first source's title. */
  readonly title?: string;
  /** The content in words, or their beginning: as much is kept as the index shows. */
  readonly preview: string;
  /** SHA-256 in hex of what tells two results apart. Default: of `data` as JSON. */
  readonly contentHash?: string;
  /** Default: bytes of `data` as JSON. */
  readonly sizeBytes?: number;
}

/** Makes a blob of its sources; pure but for what the processor opened. @throws BlobgraphError or InputErrors that its user sees */
export type Run<Opened, Plan = unknown> = (request: RunRequest<Plan>, opened: Opened) => Promise<RunResult>;

/** A command's input, checked. */
export interface CommandRequest<Input> {
  readonly input: Input;
  /** Null: each request makes another blob. */
  readonly idempotencyKey: string | null;
}

/** Work on demand: a mutation that takes `input` and answers what was made beside `userErrors`. */
export interface CommandDefinition<Opened, Input, Plan> {
  /** The payload's field: of the processor's own type, or `blob`, the index entry. */
  readonly payload: string;
  /** Whether the blob is there at once, PENDING, and made by a run. Default: the request makes it. */
  readonly pending?: boolean;
  /** Checks the input and fills in its defaults. @throws InputErrors with every mistake */
  parse(input: unknown): CommandRequest<Input>;
  /** SHA-256 in hex of all that decides what the input makes. Default: of the input as JSON. */
  readonly inputHash?: (input: Input) => string;
  /** Names the sources, and what else the run must know, as JSON holds it. @throws InputErrors, BlobgraphError */
  readonly plan: (
    request: { readonly input: Input; readonly userId: string },
    deps: { readonly state: StateClient },
  ) => Promise<{ readonly sourceIds: readonly string[]; readonly title?: string; readonly plan: Plan }>;
  /** Default: the processor's `run`. */
  readonly run?: Run<Opened, Plan>;
  /** An error of the platform as its user is to read it, e.g. with the input's field. Default: as it is. */
  readonly explain?: (error: BlobgraphError, request: CommandRequest<Input>) => BlobgraphError;
}

/**
 * Artifacts as exports of the graph's type: its field `exports { format url sizeBytes state error { code message } }`, and
 * a mutation that has one made in the background, `(input: { <id>, format }) → { export, userErrors }`. A format is the
 * artifact's name in capitals.
 */
export interface ExportsDefinition {
  /** E.g. `exportBook`. */
  readonly mutation: string;
  /** The member of its input that holds the blob's id, e.g. `compiledBookId`. */
  readonly id: string;
  /** The type's field that shows them. Default `exports`. */
  readonly field?: string;
}

/** Given to a processor's own code when it is opened. */
export interface OpenDependencies<Settings> {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly database: OwnDatabase;
  readonly state: StateClient;
  readonly files: Files;
  readonly ids: IdSource;
  /** The processor's own place in the object store. */
  readonly objects: ObjectStore;
}

/**
 * The database that a processor's records are in, for what it keeps beside them; its tables are of their migrations. There is
 * none for records in Redis.
 */
export type OwnDatabase =
  | { readonly kind: 'mongodb'; readonly database: Db }
  | { readonly kind: 'postgresql'; readonly database: SqlDatabase };

/** Opened by a processor at its start: anything, also something that needs no ending. */
export type OpenedResources = object & {
  /** Begins what goes on beside requests; called once the service answers. */
  start?(): void;
  /** Ends what was opened. */
  close?(): Promise<void>;
  /** Forgets what was kept of a user beside the records; called when the user is erased, at least once. */
  eraseUser?(userId: string): Promise<void>;
  /**
   * Forgets what was kept for these blobs beside the records: the processor's own, or users' whose bytes it keeps (the
   * schema's `x-kept-by`). Called when they are deleted, at least once; other ids count as forgotten.
   */
  eraseBlobs?(userId: string, ids: readonly string[]): Promise<void>;
};

/** A processor: what it is and what it makes. All else is the platform's. */
export interface ProcessorDefinition<
  Opened extends OpenedResources = OpenedResources,
  Settings extends z.ZodObject = z.ZodObject,
> {
  /** The name under which it works, asks other services and owns its blobs, e.g. `text-expansion`. */
  readonly id: string;
  /** A part of every derived id: another version makes other blobs. */
  readonly version: string;
  /** For people. */
  readonly name: string;
  readonly description: string;
  /** Schemas of the blobs of which it makes another by itself, by the event that tells of them. */
  readonly takes?: Takes & Readonly<Partial<Record<'blob.created' | 'blob.indexed', readonly string[]>>>;
  /** Those of `takes` of which it makes something only in books whose owner asked for it. Default: none. */
  readonly optIn?: readonly string[];
  /** Schemas of the blobs that its commands take. */
  readonly reads?: readonly string[];
  readonly makes: {
    /** The GraphQL type. */
    readonly type: string;
    readonly schema: string;
    /** The output schema's version. Default `1.0.0`. */
    readonly schemaVersion?: string;
    /** Where a book shows it. Default: nowhere. */
    readonly shownAs?: (typeof bookPlaces)[number];
  };
  readonly limits: {
    /** Runs at once in one process. */
    readonly concurrency: number;
    /** How long one run may take. */
    readonly seconds: number;
  };
  /** Variables of the environment that are this processor's alone, with what each may be; `describe()` says what it is. */
  readonly settings?: Settings;
  readonly records: RecordsDefinition;
  /** Opens what runs stand on, e.g. a model. Called once, at the start. */
  readonly open?: (deps: OpenDependencies<z.infer<Settings>>) => Opened | Promise<Opened>;
  readonly run?: Run<Opened>;
  /** By the name of the mutation. */
  // biome-ignore lint/suspicious/noExplicitAny: each command has an input and a plan of its own
  readonly commands?: Readonly<Record<string, CommandDefinition<Opened, any, any>>>;
  /** Exports and renditions, by name: no blobs, made of one when they are first asked for. */
  readonly artifacts?: Readonly<Record<string, ArtifactDefinition<Opened>>>;
  /** How the graph takes orders for them. Default: they are made when they are read. */
  readonly exports?: ExportsDefinition;
  /** Files of its blobs that are there from the beginning: objects of the run, and what the blob was made of. */
  readonly stored?: StoredFiles;
  /** Fields that are no members of the document, by type and field. */
  readonly resolvers?: Readonly<Record<string, Readonly<Record<string, FieldResolver>>>>;
  /** REST of its own, beside what every processor has. */
  readonly routes?: (app: FastifyInstance, kit: Kit) => void;
}

const mistakes: readonly (readonly [(definition: ProcessorDefinition) => boolean, string])[] = [
  [
    ({ id }) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id),
    '`id`: use lower-case letters, digits and single dashes',
  ],
  [({ version }) => !/^[\w.+-]{1,64}$/.test(version), '`version`: use letters, digits, dots and dashes'],
  [({ takes, run }) => takes !== undefined && !run, '`run`: say what it makes of what it takes'],
  [
    ({ takes = {}, optIn = [] }) => optIn.some((id) => !Object.values(takes).flat().includes(id)),
    '`optIn`: name schemas of `takes`',
  ],
  [({ takes, commands }) => !takes && !commands, '`takes` or `commands`: say when it works'],
  [
    ({ run, commands = {} }) => Object.values(commands).some((command) => !run && !command.run),
    '`run`: say what its commands make',
  ],
  [
    ({ records: { rebuildable }, run, commands }) => rebuildable === true && (!run || commands !== undefined),
    '`records`: what may be dropped must be made of its source again; have a `run`, and no `commands`',
  ],
  [
    ({ artifacts = {} }) =>
      Object.entries(artifacts).some(
        ([name, { version }]) => !/^[a-z][\w-]{0,63}$/.test(name) || !/^[\w-]{1,64}$/.test(version),
      ),
    '`artifacts`: names and versions are letters, digits and dashes, for they stand in addresses and keys',
  ],
  [
    ({ artifacts = {}, exports: exported }) => exported !== undefined && Object.keys(artifacts).length === 0,
    '`exports`: say in `artifacts` what there is to export',
  ],
  [
    ({ limits }) => !(limits.concurrency >= 1 && limits.concurrency <= 1_000),
    '`limits.concurrency`: 1 to 1,000',
  ],
  [
    ({ limits }) => !(limits.seconds > 0 && limits.seconds <= MAX_TIMEOUT_SECONDS),
    `\`limits.seconds\`: at most ${MAX_TIMEOUT_SECONDS}`,
  ],
];

/**
 * Says what a processor is: the value that everything else follows from.
 * @throws InvalidSpec that names the member and the fix
 */
export function defineProcessor<
  Opened extends OpenedResources = OpenedResources,
  Settings extends z.ZodObject = z.ZodObject,
>(definition: ProcessorDefinition<Opened, Settings>): ProcessorDefinition<Opened, Settings> {
  for (const [isWrong, fix] of mistakes) {
    if (isWrong(definition as unknown as ProcessorDefinition))
      throw new InvalidSpec(`The processor ${definition.id}: ${fix}`);
  }
  return definition;
}
