import type { FastifyInstance } from 'fastify';
import type { GraphQLFieldResolver } from 'graphql';
import type { z } from 'zod';
import type { ProcessorClient } from '../../clients/processor.ts';
import type { bookPlaces, Takes } from '../../clients/registry.ts';
import type { SchemaClient } from '../../clients/schemas.ts';
import type { StateClient } from '../../clients/state.ts';
import type { Live } from '../../events/live-cursor.ts';
import type { Caller } from '../../identity/service/caller.ts';
import type { IdSource } from '../../ids/ids.ts';
import type { TakenVersions } from '../../json-schema/versions/range.ts';
import type { ObjectStore } from '../../objects/objects.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { Artifacts } from '../artifacts/artifacts.ts';
import type { ArtifactDefinition } from '../artifacts/definition.ts';
import type { Files } from '../files/files.ts';
import type { StoredFiles } from '../files/stored-files.ts';
import type { Records, RecordsDefinition, Wanted } from '../records/records.ts';
import type { ObjectSweeper } from '../records/s3/sweeper.ts';
import type { BlobTags } from '../records/shelf/tags.ts';
import type { Registrar } from '../runs/registrar.ts';
import type { CommandDefinition } from './command.ts';
import type { OpenDependencies, OpenedResources } from './open.ts';
import type { Reader } from './reader.ts';
import type { Run } from './run.ts';
import type { Standing } from './standing.ts';

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

/** The definition of a processor. The platform does everything else. */
export interface ProcessorDefinition<
  Opened extends OpenedResources = OpenedResources,
  Settings extends z.ZodObject = z.ZodObject,
> {
  /** Its name as a service, and as the owner of its blobs, e.g. `text-expansion`. */
  readonly id: string;
  /** A part of every derived id: another version makes other blobs. */
  readonly version: string;
  /** For people. */
  readonly name: string;
  /** For people. */
  readonly description: string;
  /** Schemas of the blobs that events start runs on, by event. */
  readonly takes?: Takes & Readonly<Partial<Record<'blob.created' | 'blob.indexed', readonly string[]>>>;
  /** Schemas of `takes` that it works on only in books whose owner opted in. Default: none. */
  readonly optIn?: readonly string[];
  /** Schemas of the blobs that its commands take. */
  readonly reads?: readonly string[];
  /**
   * Versions of the schemas that it takes or reads, as ranges by schema, e.g. `{ 'text-input-v1': '^1.0.0' }`. Older
   * blobs are read as the newest of them, newer ones it is not given. Default: all.
   */
  readonly takesVersions?: TakenVersions;
  /** The blobs that it makes, all of one type and schema. */
  readonly makes: {
    /** The GraphQL type. */
    readonly type: string;
    readonly schema: string;
    /** The output schema's version. Default `1.0.0`. */
    readonly schemaVersion?: string;
    /** Where a book shows it. Default: nowhere. */
    readonly shownAs?: (typeof bookPlaces)[number];
  };
  /** Bounds of its runs. */
  readonly limits: {
    /** Runs at once in one process. */
    readonly concurrency: number;
    /** How long one run may take. */
    readonly seconds: number;
  };
  /** Environment variables of this processor alone; `describe()` documents each. */
  readonly settings?: Settings;
  /** Made by `records()`, which checks it. */
  readonly records: RecordsDefinition;
  /** Opens the dependencies of its runs, e.g. a model. Called once, at the start. */
  readonly open?: (deps: OpenDependencies<z.infer<Settings>>) => Opened | Promise<Opened>;
  /** Needed with `takes`, and by commands that have none of their own. */
  readonly run?: Run<Opened>;
  /** By the name of the mutation. */
  // biome-ignore lint/suspicious/noExplicitAny: each command has an input and a plan of its own
  readonly commands?: Readonly<Record<string, CommandDefinition<Opened, any, any>>>;
  /** Exports and renditions by name: files made from a blob when they are first read. */
  readonly artifacts?: Readonly<Record<string, ArtifactDefinition<Opened>>>;
  /** How the graph requests them. Default: they are made when they are read. */
  readonly exports?: ExportsDefinition;
  /** The text of a blob, as plain text of any length: a member of `data`, or an artifact. Default: its blobs have none. */
  readonly text?: string | { readonly artifact: string };
  /** Files of its blobs that need no making: objects of the run, and sources. */
  readonly stored?: StoredFiles;
  /** Resolvers of fields that are not members of the document, by type and field. */
  readonly resolvers?: Readonly<Record<string, Readonly<Record<string, FieldResolver>>>>;
  /** Additional REST routes. */
  readonly routes?: (app: FastifyInstance, kit: Kit) => void;
}

/** An opened processor: its definition and its dependencies. */
export interface Kit {
  readonly definition: ProcessorDefinition;
  /** Result of {@link ProcessorDefinition.open}. */
  readonly opened: OpenedResources;
  /** The store itself. Users are answered by `reader`. */
  readonly records: Records;
  /** Reads for users; records that can be made again are. */
  readonly reader: Reader;
  /** Finds a user's blobs that share a tag; null where the records have no tags. */
  readonly tags: BlobTags | null;
  readonly registrar: Registrar;
  /** {@link noArtifacts} where the definition has none. */
  readonly artifacts: Artifacts;
  /** Addresses at which files are read without a token. */
  readonly files: Files;
  /** The processor's own place in the object store: artifacts, and objects of blobs. */
  readonly objects: ObjectStore;
  /** For a processor that has objects beside its records. */
  readonly sweeper?: ObjectSweeper;
  readonly state: StateClient;
  /** The processor's status as set by operators, at most some seconds old. */
  readonly standing: () => Standing;
  readonly processors: ProcessorClient;
  readonly schemas: Pick<SchemaClient, 'validator' | 'upcast' | 'readableAs'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}

/** A blob's document as GraphQL resolves it: the members that were asked for, snake_case, `data` also by itself. */
export type BlobDocument = Readonly<Record<string, unknown>>;

/** Shared by the resolvers of one request. */
export interface Context extends Live {
  readonly caller: Caller;
  readonly kit: Kit;
  /** The caller's own blobs; those that ask at once for the same members share a query. */
  readonly load: (id: string, wanted: Wanted) => Promise<BlobDocument | null>;
}

/** A field that is no member of the document. */
export interface FieldResolver {
  /** Members of the document that it stands on. */
  readonly needs: readonly string[];
  /** Its source has `needs`, whatever else was asked for. */
  readonly resolve: GraphQLFieldResolver<BlobDocument, Context>;
}
