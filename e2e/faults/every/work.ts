import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { processors } from '../../../cli/subgraphs.generated.ts';
import type { ServiceName } from '../../../platform/config.ts';
import { derivedBlobId } from '../../../platform/ids.ts';
import type { AnyProcessor } from '../../../platform/processor/service.ts';
import type { GraphClient } from '../../harness/client.ts';
import { compileBook, createBlob, createDraft } from '../../harness/operations.ts';
import type { SeenRequest } from '../../harness/proxy.ts';
import { sampleOf, schemaOf } from '../../harness/sample.ts';

/** What a processor was asked for. */
export interface Asked {
  /** The blob that shows the run. */
  readonly runOf: string;
  /** The blob that it makes. */
  readonly makes: string;
}

/** A processor, and how it is brought to make one blob. */
export interface Worker {
  readonly id: ServiceName;
  readonly definition: AnyProcessor;
  /** Asks for one blob, as often as it takes until that is acknowledged. `key`: another one for each. */
  ask(client: GraphClient, key: string): Promise<Asked>;
  /** Whether the work is done by a run, and not by the request that asks for it. */
  readonly runs: boolean;
  /** Whether a command asks for it, which the processor answers. */
  readonly onDemand: boolean;
  /** Whether the blob is there before its content is. */
  readonly isPending: boolean;
  /** Processors that make what it takes. */
  readonly needs: readonly ServiceName[];
  /** Its first request to state, before it computes anything. */
  begins(request: SeenRequest): boolean;
  /** It tells state of what it has stored. */
  finishes(request: SeenRequest): boolean;
}

const TRIES_AGAIN_AFTER_MS = 200;
const GIVES_UP_AFTER_MS = 120_000;

/** Asks until there is an answer. @throws when there is none within two minutes */
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

/** Stores a user's blob of a schema, from the schema alone. */
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

/** Commands, by the processors that work on demand: what they need cannot be told from a schema. */
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

/** Uploads a picture, as a page does. */
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

/** How the sources of processors come to be that no user may store as they are. */
const sources: Readonly<Record<string, (client: GraphClient, key: string) => Promise<string>>> = {
  'image-processor': uploadPicture,
};

/** Of a request to state. */
const isOf = ({ body }: SeenRequest, id: string): boolean =>
  (body as { processor_id?: string } | undefined)?.processor_id === id;

const begins = (id: string) => (request: SeenRequest) =>
  request.path === '/api/v1/runs/begin' && isOf(request, id);
const finishes = (id: string) => (request: SeenRequest) =>
  request.path === '/api/v1/runs/finish' && isOf(request, id);
/** Without a run, the index may be told of the blob alone. */
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

/** Asks for a blob that a processor takes: a user's own, or one that another makes. */
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
        throw new Error(`Nothing makes what ${id} takes: say in ${import.meta.url} how it is asked`);
      return ofBlob((await maker.ask(client, key)).makes);
    },
  };
}

/** Every processor of `supergraph.yaml`: those of `commands` on demand, all others by what they take. */
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
