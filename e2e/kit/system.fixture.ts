import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { type ServiceName, servicePorts } from '../../platform/config.ts';
import { openEmbeddedEventLog } from '../../platform/event-log/log.embedded.ts';
import { createLogger } from '../../platform/logger.ts';
import type { AnyProcessor } from '../../platform/processor/service.ts';
import { processorService } from '../../platform/processor/service.ts';
import { openTemporaryPglite } from '../../platform/testing/pglite.ts';
import { startTestService, type TestService, viewer } from '../../platform/testing/service.ts';
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

/** Whom operators' fields are open to. */
export const operator = { viewer: viewer('olga', 'operator') };

/** A blob as its user sees it in the index. */
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

/**
 * State, the registries and an event log, on one embedded database, for processors of a test's own. What the processors
 * are called must be names of services that there are.
 */
export async function startKitSystem() {
  const server = await openTemporaryPglite();
  const space = randomBytes(4).toString('hex');
  const sql = (name: string) => server.database(`${name}_${space}`);
  const logger = createLogger('silent');
  const log = await openEmbeddedEventLog({ database: await sql('event_log'), clock: systemClock, logger });
  const eventLog = async () => log;
  const schemas = await startTestService(schemasService, { sql });
  const processors = await startTestService(processorsService, { sql });
  const urls = { schemas: schemas.url, processors: processors.url };
  // A repair leaves nothing alone for being young.
  const reconciler = { everySeconds: 0, graceSeconds: 0, maxChanges: 1_000 };
  const state = await startTestService(stateService, { sql, eventLog, urls, config: { reconciler } });
  const started = new Map<string, TestService>();
  onTestFinished(async () => {
    await Promise.all([...started.values()].map((service) => service.stop()));
    await state.stop();
    await log.close();
    await Promise.all([schemas.stop(), processors.stop()]);
    await server.close();
  });
  let users = 0;

  return {
    state,
    processors,
    log,
    /** Starts a process of a processor, and resolves once the registry knows it in this version. */
    async start(definition: AnyProcessor, sdl?: string): Promise<TestService> {
      const name = definition.id as ServiceName;
      const portOffset = await freePortOffset();
      const own = { [name]: `http://127.0.0.1:${servicePorts[name] + portOffset}` };
      const service = await startTestService(processorService(definition, sdl), {
        sql,
        eventLog,
        urls: { ...urls, state: state.url, ...own },
        config: { portOffset },
      });
      started.set(`${name} ${portOffset}`, service);
      await untilRegistered(processors, definition);
      return service;
    },
    /** The process of a processor that was started last. */
    service(name: ServiceName): TestService {
      const [last] = [...started].reverse().find(([key]) => key.startsWith(`${name} `)) ?? [];
      const found = last === undefined ? undefined : started.get(last);
      if (!found) throw new Error(`${name} was not started`);
      return found;
    },
    /** The reconciler's findings, as `<kind> <processor> <found> <repaired>`. */
    async reconcile(): Promise<string[]> {
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
    },
    /** Takes blobs out of a processor's store, as a disk does. */
    async lose(database: string, table: string): Promise<void> {
      await (await sql(database)).execute(`DELETE FROM ${table}`);
    },
    /** Empties the log, as time does. */
    async forget(): Promise<void> {
      const database = await sql('event_log');
      await database.execute(
        'UPDATE log_stream SET removed_through = (SELECT coalesce(max(sequence), 0) FROM log_message)',
      );
      await database.execute('DELETE FROM log_message');
    },
    newUser: () => ({ viewer: viewer(`user|${++users}@example.com`) }),
    async createDraft(
      caller: { viewer: ReturnType<typeof viewer> },
      content: string,
      schemaId = 'text-input-v1',
    ) {
      const input = { type: 'chapter_draft', schemaId, data: { content } };
      interface Created {
        createBlob: { blob: { id: string } | null; userErrors: { code: string; message: string }[] };
      }
      const { data, errors } = await state.graphql<Created>(CREATE, { input }, caller);
      const id = data?.createBlob.blob?.id;
      if (!id) throw new Error(JSON.stringify(errors ?? data?.createBlob.userErrors));
      return id;
    },
    async blob(caller: { viewer: ReturnType<typeof viewer> }, id: string): Promise<SeenBlob | null> {
      const { data, errors } = await state.graphql<{ blob: SeenBlob | null }>(BLOB, { id }, caller);
      if (errors) throw new Error(JSON.stringify(errors));
      return data?.blob ?? null;
    },
  };
}

async function untilRegistered(registry: TestService, { id, version }: AnyProcessor): Promise<void> {
  for (;;) {
    const path = `/api/v1/processors/${id}`;
    const { body } = await registry.rest<{ processor?: { version: string } }>('GET', path);
    if (body.processor?.version === version) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export type KitSystem = Awaited<ReturnType<typeof startKitSystem>>;
