import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServiceHttp } from '../../platform/clients/http/http.ts';
import { loadConfig } from '../../platform/config/config.ts';
import { ownKeys } from '../../platform/identity/service/own-keys.ts';
import type { ObjectStore } from '../../platform/objects/objects.ts';
import { createFiles, type Files } from '../../platform/processor/files/files.ts';
import type { Records } from '../../platform/processor/records/records.ts';
import { processorService } from '../../platform/processor/service.ts';
import { definition, record } from '../../platform/processor/testing/processor.fixture.ts';
import { createHttpServer } from '../../platform/serving/http/http.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { testEgress, testTokens } from '../../platform/testing/identity.ts';
import { openTemporaryObjects } from '../../platform/testing/objects.ts';
import { startTestService, type TestService } from '../../platform/testing/service.ts';
import { systemClock } from '../../platform/time/clock.ts';
import { fileRoutes } from './files.ts';

export const PROCESSOR = 'book-compiler';
export const TEXT = 'The quick brown fox jumps over the lazy dog.';
const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { none: ID }
  interface Blob { id: ID! }
  type UpperCase implements Blob @key(fields: "id") { id: ID! }`;

const artifact = (mediaType: string, make: () => string) => ({
  version: '1',
  mediaType,
  fileName: () => 'Füchse "&" <b>.bin',
  make,
});

const processorWith = (make: () => string) => ({
  ...definition,
  id: PROCESSOR,
  artifacts: {
    picture: artifact('image/webp', make),
    drawing: artifact('image/svg+xml', make),
    page: artifact('text/html; charset=utf-8', make),
  },
});

/** A record of calls of the object store. */
interface Watched {
  /** Keys of objects whose streams were closed. */
  readonly closed: Set<string>;
  /** The state of each upload, by object key. */
  readonly puts: Map<string, 'begun' | 'done' | 'failed'>;
}

const watch = (objects: ObjectStore, { closed, puts }: Watched): ObjectStore => ({
  ...objects,
  async put(key, body, description) {
    puts.set(key, 'begun');
    const putting = objects.put(key, body, description);
    putting.then(
      () => puts.set(key, 'done'),
      () => puts.set(key, 'failed'),
    );
    return putting;
  },
  async get(key, range) {
    const found = await objects.get(key, range);
    found?.body.once('close', () => closed.add(key));
    return found;
  },
});

/** A processor that sends pages with scripts, and redirects elsewhere. */
async function startHostile(): Promise<Server> {
  const hostile = createServer((request, answer) => {
    if (request.url?.includes('elsewhere')) answer.writeHead(307, { location: 'http://evil.example/' });
    else {
      answer.writeHead(200, {
        'content-type': 'text/html',
        'content-disposition': 'inline',
        'content-security-policy': 'default-src *',
        'set-cookie': 'a=b',
        'access-control-allow-credentials': 'true',
      });
    }
    answer.end('<script>alert(1)</script>');
  });
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
  return hostile;
}

/** The file routes of a gateway, before a processor with files and a hostile one, `pitch-builder`. */
export interface FileGateway extends Watched {
  readonly url: string;
  /** The same routes, with a request timeout of half a second. */
  readonly hastyUrl: string;
  readonly service: TestService;
  readonly records: Records;
  readonly files: Files;
  readonly objects: ObjectStore;
  /** Stores a new blob. Resolves to its id. */
  blob(): Promise<string>;
  stop(): Promise<void>;
}

export interface FileGatewayOptions {
  /** Renders each artifact. */
  make(): string;
  /** Opens the processor's records. */
  recordsOf(service: TestService): Promise<Records>;
}

export async function startFileGateway({ make, recordsOf }: FileGatewayOptions): Promise<FileGateway> {
  const watched: Watched = { closed: new Set(), puts: new Map() };
  const processor = processorWith(make);
  const objects = await openTemporaryObjects();
  const service = await startTestService(processorService(processor, SDL), {
    objects: async () => watch(objects, watched),
  });
  const records = await recordsOf(service);
  const files = createFiles({
    service: PROCESSOR,
    keys: await ownKeys(PROCESSOR, service.runtime),
    clock: systemClock,
  });
  const hostile = await startHostile();
  const { urls, stop } = await serveFiles({
    [PROCESSOR]: service.url,
    'pitch-builder': `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`,
  });
  let serial = 0;
  return {
    ...{ ...watched, service, records, files, objects },
    ...urls,
    async blob() {
      const made = record(`source-${++serial}`);
      await records.insert(made);
      return made.id;
    },
    async stop() {
      await stop();
      hostile.close();
      await service.stop();
      await objects.close();
    },
  };
}

/** Serves the file routes twice: as usual, and with short timeouts. */
async function serveFiles(processorUrls: Readonly<Record<string, string>>) {
  const logger = createLogger('silent');
  const timeouts = { headMs: 400, requestMs: 500, checkEveryMs: 50 };
  const app = createHttpServer({ logger });
  const hasty = createHttpServer({ logger, limits: { timeouts } });
  const http = createServiceHttp({
    urls: loadConfig({}).urls,
    tokens: testTokens('gateway'),
    egress: testEgress,
  });
  const get = async (id: string) => (processorUrls[id] ? { id, base_url: processorUrls[id] } : undefined);
  for (const each of [app, hasty])
    fileRoutes(each, { http, processors: { get: get as never }, trustedProxies: [] });
  const [url, hastyUrl] = await Promise.all(
    [app, hasty].map((each) => each.listen({ host: '127.0.0.1', port: 0 })),
  );
  return {
    urls: { url: url ?? '', hastyUrl: hastyUrl ?? '' },
    async stop() {
      await hasty.close();
      await app.close();
      await http.close();
    },
  };
}
