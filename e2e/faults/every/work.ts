import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { processors } from '../../../cli/system/subgraphs.generated.ts';
import type { ServiceName } from '../../../platform/config/config.ts';
import { derivedBlobId } from '../../../platform/ids/ids.ts';
import type { AnyProcessor } from '../../../platform/processor/service.ts';
import type { GraphClient } from '../../harness/client.ts';
import { compileBook, createBlob, createDraft } from '../../harness/operations.ts';
import type { SeenRequest } from '../../harness/proxy.ts';
import { sampleOf, schemaOf } from '../../harness/sample.ts';

/** Work that a processor was asked for. */
export interface Asked {
  /** Id of the blob that shows the run. */
  readonly runOf: string;
  /** Id of the blob that the processor makes. */
  readonly makes: string;
}

/** A processor, and how to make it produce a blob. */
export interface Worker {
  readonly id: ServiceName;
  readonly definition: AnyProcessor;
  /** Requests a blob, and repeats that until it is acknowledged. `key`: different for each blob. */
  ask(client: GraphClient, key: string): Promise<Asked>;
  /** Whether a run does the work, rather than the request itself. */
  readonly runs: boolean;
  /** Whether work is requested by a command of the processor. */
  readonly onDemand: boolean;
  /** Whether the blob exists before its content does. */
  readonly isPending: boolean;
  /** Processors that make its sources. */
  readonly needs: readonly ServiceName[];
  /** Matches its first request to state, before it computes. */
  begins(request: SeenRequest): boolean;
  /** Matches its report of a stored result to state. */
  finishes(request: SeenRequest): boolean;
}

const TRIES_AGAIN_AFTER_MS = 200;
const GIVES_UP_AFTER_MS = 120_000;

/** Repeats a request until it is answered. @throws when it is not within two minutes */
async function insist<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + GIVES_UP_AFTER_MS;
  for (;;) {
    const answer = await ask().catch((error: unknown) => {
      if (Date.now() > deadline) throw error;
      return undefined;
    });
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error('There was no answer within two minutes');
    await pause(TRIES_AGAIN_AFTER_MS);
  }
}

const textOf = (key: string): string =>
  `The rain came down on the harbour for the ${key} time, and Elspeth Marlowe counted the boats. “Nine,” she said. “There were ten.”\n\nNobody in the town spoke of it until the winter was over.`;

/** Stores a user's blob with a sample document of its schema. */
async function createOf(client: GraphClient, schemaId: string, key: string): Promise<string> {
  const schema = await schemaOf(schemaId);
  const input = {
    type: schema['x-blob-type'] ?? 'sample',
    schemaId,
    data: sampleOf(schema, textOf(key)),
    idempotencyKey: key,
  };
  return insist(async () => {
    const { blob, userErrors } = await createBlob(client, input);
    if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
    return blob?.id;
  });
}

/** Commands of processors that work on demand, whose needs cannot be derived from a schema. */
const commands: Readonly<Record<string, (client: GraphClient, key: string) => Promise<string>>> = {
  async 'book-compiler'(client, key) {
    await insist(() => createDraft(client, { content: textOf(key), book: key, chapter: 1, key }));
    const input = { bookId: key, useExpanded: false, idempotencyKey: key };
    return insist(async () => (await compileBook(client, input)).compiledBook?.id);
  },
  async 'pitch-builder'(client, key) {
    const blobId = await createOf(client, 'text-input-v1', key);
    const query = /* GraphQL */ `
      mutation ($input: BuildPitchInput!) { buildPitch(input: $input) { blob { id } userErrors { code message } } }
    `;
    type Built = { buildPitch: { blob: { id: string } | null; userErrors: object[] } };
    return insist(async () => {
      const input = { blobId, idempotencyKey: key };
      const { blob, userErrors } = (await client.query<Built>(query, { input })).buildPitch;
      if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
      return blob?.id;
    });
  },
};

const REQUEST_UPLOAD = /* GraphQL */ `
  mutation ($input: RequestUploadInput!) {
    requestUpload(input: $input) {
      upload { id url method headers { name value } }
      userErrors { field code message }
    }
  }
`;
const COMPLETE_UPLOAD = /* GraphQL */ `
  mutation ($input: CompleteUploadInput!) { completeUpload(input: $input) { blob { id } userErrors { code message } } }
`;
interface Requested {
  readonly requestUpload: {
    readonly upload: {
      readonly id: string;
      readonly url: string;
      readonly method: string;
      readonly headers: readonly { readonly name: string; readonly value: string }[];
    } | null;
    readonly userErrors: readonly object[];
  };
}
interface Completed {
  readonly completeUpload: {
    readonly blob: { readonly id: string } | null;
    readonly userErrors: readonly object[];
  };
}

const without = (userErrors: readonly object[]): void => {
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
};

/** Uploads a picture. */
async function uploadPicture(client: GraphClient, key: string): Promise<string> {
  const picture = sharp({ create: { width: 64, height: 48, channels: 3, background: '#c2410c' } });
  const bytes = await picture.png().toBuffer();
  const input = {
    ...{ fileName: 'harbour.png', contentType: 'image/png', title: 'The harbour', idempotencyKey: key },
    ...{ sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
  };
  const upload = await insist(async () => {
    const { requestUpload } = await client.query<Requested>(REQUEST_UPLOAD, { input });
    without(requestUpload.userErrors);
    return requestUpload.upload ?? undefined;
  });
  await insist(async () => {
    const headers = Object.fromEntries(upload.headers.map(({ name, value }) => [name, value]));
    const to = new URL(upload.url, client.gateway);
    const { ok } = await fetch(to, { method: upload.method, headers, body: new Uint8Array(bytes) });
    return ok || undefined;
  });
  return insist(async () => {
    const complete = { uploadId: upload.id };
    const { completeUpload } = await client.query<Completed>(COMPLETE_UPLOAD, { input: complete });
    without(completeUpload.userErrors);
    return completeUpload.blob?.id;
  });
}

/** How to create sources that users cannot store directly, by schema. */
const sources: Readonly<Record<string, (client: GraphClient, key: string) => Promise<string>>> = {
  'image-processor': uploadPicture,
};

/** Whether a request to state is about a blob. */
const isOf = ({ body }: SeenRequest, id: string): boolean =>
  (body as { processor_id?: string } | undefined)?.processor_id === id;

const begins = (id: string) => (request: SeenRequest) =>
  request.path === '/api/v1/runs/begin' && isOf(request, id);
const finishes = (id: string) => (request: SeenRequest) =>
  request.path === '/api/v1/runs/finish' && isOf(request, id);
/** Without a run, the blob may be registered in the index only. */
const enters = (id: string) => (request: SeenRequest) =>
  request.path === '/api/v1/blob-index' && isOf(request, id);

function onDemand(definition: AnyProcessor, command: (typeof commands)[string]): Worker {
  const id = definition.id as ServiceName;
  const runs = Object.values(definition.commands ?? {}).some(({ pending }) => pending);
  return {
    ...{ id, definition, runs, onDemand: true, isPending: runs, needs: [] },
    finishes: (request) => finishes(id)(request) || (!runs && enters(id)(request)),
    async ask(client, key) {
      const made = await command(client, key);
      return { runOf: made, makes: made };
    },
    begins: runs
      ? begins(id)
      : ({ path }) => path.startsWith('/api/v1/users/') && /\/books(?:\/|$)/.test(path),
  };
}

/** A worker for a processor that runs on events: its source is stored by the user, or made by another processor. */
function onEvents(
  definition: AnyProcessor,
  { created, maker }: { created: string | undefined; maker: Worker | undefined },
): Worker {
  const id = definition.id as ServiceName;
  const ofBlob = (runOf: string) => ({ runOf, makes: derivedBlobId(runOf, id, definition.version) });
  return {
    ...{
      id,
      definition,
      runs: true,
      onDemand: id in sources,
      isPending: false,
      begins: begins(id),
      finishes: finishes(id),
    },
    needs: maker ? [maker.id, ...maker.needs] : [],
    async ask(client, key) {
      const source = sources[id];
      if (source) return ofBlob(await source(client, key));
      if (created !== undefined) return ofBlob(await createOf(client, created, key));
      if (!maker)
        throw new Error(`Nothing makes sources for ${id}: add to ${import.meta.url} how to make one`);
      return ofBlob((await maker.ask(client, key)).makes);
    },
  };
}

/** Workers for every processor of `supergraph.yaml`: those of `commands` on demand, all others by events. */
export async function loadWorkers(): Promise<readonly Worker[]> {
  const definitions: readonly AnyProcessor[] = await Promise.all(
    Object.values(processors).map((load) => load()),
  );
  const workers = new Map<string, Worker>();
  const workerOf = (definition: AnyProcessor): Worker => {
    const command = commands[definition.id];
    if (command) return onDemand(definition, command);
    const [created] = definition.takes?.['blob.created'] ?? [];
    const [indexed] = definition.takes?.['blob.indexed'] ?? [];
    const maker = definitions.find(({ makes }) => makes.schema === indexed);
    return onEvents(definition, {
      created,
      maker: maker && created === undefined ? workerOf(maker) : undefined,
    });
  };
  for (const definition of definitions) workers.set(definition.id, workerOf(definition));
  return [...workers.values()];
}
