import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { ProcessorDocument } from '../../platform/clients/registry.ts';
import { type ServiceName, servicePorts } from '../../platform/config/config.ts';
import { openEmbeddedEventLog } from '../../platform/event-log/embedded/log.embedded.ts';
import type { AnyProcessor } from '../../platform/processor/service.ts';
import { processorService } from '../../platform/processor/service.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { openTemporaryPglite } from '../../platform/testing/pglite.ts';
import { startTestService, type TestService, viewer } from '../../platform/testing/service.ts';
import { systemClock } from '../../platform/time/clock.ts';
import { processorsService } from '../../subgraphs/processors/main.ts';
import { schemasService } from '../../subgraphs/schemas/main.ts';
import { stateService } from '../../subgraphs/state/main.ts';
import { freePortOffset } from '../harness/ports.ts';

const CREATE = /* GraphQL */ `
  mutation ($input: CreateBlobInput!) {
    createBlob(input: $input) { blob { id } userErrors { code message } }
  }
`;

const BLOB = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      title preview sizeBytes processing { state runs { processorId state attempt generation error { code message } } }
      derived { nodes { id processorId } } content { id }
    }
  }
`;

/** An operator, for fields that need one. */
export const operator = { viewer: viewer('olga', 'operator') };

/** An index entry as its user sees it. */
export interface SeenBlob {
  readonly title: string;
  readonly preview: string;
  readonly sizeBytes: number;
  readonly processing: {
    readonly state: string;
    readonly runs: readonly {
      readonly processorId: string;
      readonly state: string;
      readonly attempt: number;
      readonly generation: number;
      readonly error: { readonly code: string; readonly message: string } | null;
    }[];
  };
  readonly derived: { readonly nodes: readonly { readonly id: string; readonly processorId: string }[] };
  readonly content: { readonly id: string } | null;
}

/** State, the registries and an event log on one embedded database, with processors that are started on them. */
async function openServices() {
  const server = await openTemporaryPglite();
  const space = randomBytes(4).toString('hex');
  const sql = (name: string) => server.database(`${name}_${space}`);
  const logger = createLogger('silent');
  const log = await openEmbeddedEventLog({ database: await sql('event_log'), clock: systemClock, logger });
  const eventLog = async () => log;
  const schemas = await startTestService(schemasService, { sql });
  const processors = await startTestService(processorsService, { sql });
  const urls = { schemas: schemas.url, processors: processors.url };
  // Without a grace period: repairs include new entries.
  const reconciler = { everySeconds: 0, graceSeconds: 0, maxChanges: 1_000 };
  // Without events, which keeps webhooks.
  const services: ServiceName[] = ['schemas', 'processors', 'state'];
  const config = { reconciler, services };
  const state = await startTestService(stateService, { sql, eventLog, urls, config });
  const started = new Map<string, TestService>();
  onTestFinished(async () => {
    await Promise.all([...started.values()].map((service) => service.stop()));
    await state.stop();
    await log.close();
    await Promise.all([schemas.stop(), processors.stop()]);
    await server.close();
  });
  return { sql, log, eventLog, urls: { ...urls, state: state.url }, state, schemas, processors, started };
}

type Services = Awaited<ReturnType<typeof openServices>>;

interface StartOptions {
  /** Default: its `schema.graphql`. */
  readonly sdl?: string | undefined;
  /** Registers as a candidate for this share of new blobs. */
  readonly canaryShare?: number;
}

/** Starts a processor. Resolves once the registry has this version of it. */
async function startProcessor(
  { sql, eventLog, urls, processors, started }: Services,
  definition: AnyProcessor,
  { sdl, canaryShare }: StartOptions = {},
): Promise<TestService> {
  const name = definition.id as ServiceName;
  const portOffset = await freePortOffset();
  const own = { [name]: `http://127.0.0.1:${servicePorts[name] + portOffset}` };
  const service = await startTestService(processorService(definition, sdl), {
    sql,
    eventLog,
    urls: { ...urls, ...own },
    config: { portOffset, ...(canaryShare === undefined ? {} : { canaryShare }) },
  });
  started.set(`${name} ${portOffset}`, service);
  await untilRegistered(processors, definition);
  return service;
}

/** Runs the reconciler. @returns its findings, as `<kind> <processor> <found> <repaired>` */
async function reconcile(state: TestService): Promise<string[]> {
  const call = { method: 'POST', path: '/api/v1/reconciliations' };
  const answer = await fetch(`${state.url}${call.path}`, {
    method: call.method,
    headers: { ...(await state.headers(operator, call)), 'content-type': 'application/json' },
    body: JSON.stringify({ repair: true }),
  });
  interface Line {
    report?: { findings: { kind: string; processor_id: string; found: number; repaired: number }[] };
  }
  const lines = (await answer.text()).trim().split('\n');
  const { report } = JSON.parse(lines.at(-1) ?? '{}') as Line;
  if (!report) throw new Error(`No report: ${lines.at(-1)}`);
  return report.findings.map(
    ({ kind, processor_id, found, repaired }) => `${kind} ${processor_id} ${found} ${repaired}`,
  );
}

interface Caller {
  readonly viewer: ReturnType<typeof viewer>;
}

async function createDraft(
  state: TestService,
  caller: Caller,
  content: string,
  schemaId: string,
): Promise<string> {
  const input = { type: 'chapter_draft', schemaId, data: { content } };
  interface Created {
    createBlob: { blob: { id: string } | null; userErrors: { code: string; message: string }[] };
  }
  const { data, errors } = await state.graphql<Created>(CREATE, { input }, caller);
  const id = data?.createBlob.blob?.id;
  if (!id) throw new Error(JSON.stringify(errors ?? data?.createBlob.userErrors));
  return id;
}

/**
 * Starts state, the registries and an event log on one embedded database, for processors that a test defines. Their
 * names must be those of existing services.
 */
export async function startKitSystem() {
  const services = await openServices();
  const { sql, log, state, schemas, processors, started } = services;
  let users = 0;
  return {
    state,
    schemas,
    processors,
    log,
    start: (definition: AnyProcessor, sdl?: string) => startProcessor(services, definition, { sdl }),
    /** Starts a new version beside the present one. */
    startCandidate: (definition: AnyProcessor, canaryShare: number) =>
      startProcessor(services, definition, { canaryShare }),
    /** The last started process of a processor. */
    service(name: ServiceName): TestService {
      const [last] = [...started].reverse().find(([key]) => key.startsWith(`${name} `)) ?? [];
      const found = last === undefined ? undefined : started.get(last);
      if (!found) throw new Error(`${name} was not started`);
      return found;
    },
    reconcile: () => reconcile(state),
    /** Deletes all rows of a processor's table, as a lost disk does. */
    async lose(database: string, table: string): Promise<void> {
      await (await sql(database)).execute(`DELETE FROM ${table}`);
    },
    /** Empties the log, as retention does. */
    async forget(): Promise<void> {
      const database = await sql('event_log');
      await database.execute(
        'UPDATE log_stream SET removed_through = (SELECT coalesce(max(sequence), 0) FROM log_message)',
      );
      await database.execute('DELETE FROM log_message');
    },
    newUser: (): Caller => ({ viewer: viewer(`user|${++users}@example.com`) }),
    createDraft: (caller: Caller, content: string, schemaId = 'text-input-v1') =>
      createDraft(state, caller, content, schemaId),
    async blob(caller: Caller, id: string): Promise<SeenBlob | null> {
      const { data, errors } = await state.graphql<{ blob: SeenBlob | null }>(BLOB, { id }, caller);
      if (errors) throw new Error(JSON.stringify(errors));
      return data?.blob ?? null;
    },
  };
}

async function untilRegistered(registry: TestService, { id, version }: AnyProcessor): Promise<void> {
  for (;;) {
    const path = `/api/v1/processors/${id}`;
    const { body } = await registry.rest<{ processor?: ProcessorDocument }>('GET', path);
    const { processor } = body;
    if (processor?.version === version || processor?.canary?.version === version) return;
    // A process may start again of a version that takes no more work.
    if (processor?.resting.some((one) => one.version === version)) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export type KitSystem = Awaited<ReturnType<typeof startKitSystem>>;
