import { randomUUID } from 'node:crypto';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import type { SchemaDocument } from '../../../platform/clients/schemas.ts';
import type { BlobEvent, EventKind } from '../../../platform/events/events.ts';
import type { RegistryStandIn } from '../stand-ins/registry.ts';
import type { Received, StandIn } from '../stand-ins/server.ts';
import type { Script, SourceBlob, StateStandIn, Told } from '../stand-ins/state.ts';
import { type Answered, type As, type Calls, named, routed } from './calls.ts';
import { type Findings, Unchecked, Wrong } from './findings.ts';
import type { TestedLog } from './log.ts';

/** A blob that the tested processor made. */
export interface Made {
  readonly source: SourceBlob;
  /** Sequence of the event that it was made for. */
  readonly sequence: number;
  /** The report of it to state. */
  readonly told: Told;
  /** The made blob's id. */
  readonly id: string;
}

/** A blob as REST answers it. */
export type Shown = Readonly<Record<string, unknown>>;

export interface LabDependencies {
  readonly calls: Calls;
  readonly log: TestedLog;
  readonly state: StateStandIn;
  readonly registry: RegistryStandIn;
  /** By service name, e.g. `gateway`. */
  readonly standIns: ReadonlyMap<string, StandIn>;
  /** All calls that the stand-ins received. */
  readonly journal: readonly Received[];
  readonly findings: Findings;
  readonly schemas: readonly SchemaDocument[];
  /** A document of the schema. @throws UsageError when there is none */
  readonly sampleOf: (schemaId: string) => unknown;
  /** The GraphQL operation that makes a blob of a processor that works on demand. */
  readonly operation: { readonly query: string; readonly variables?: object } | undefined;
  /** Number of queries to the store so far; undefined when the store is not watched. */
  readonly storeQuestions: (() => number) | undefined;
  /** The tested processor. To be called only once it is registered. */
  readonly processor: () => ProcessorDocument;
  /** The longest wait of {@link Lab.until}. */
  readonly patienceMs: number;
  /** How the processor ended; undefined while it runs, or when it was not started here. */
  readonly ended: () => string | undefined;
}

const POLL_MS = 20;

/** Users' ids may have any characters. */
export const ALICE = 'alice|7@example.com/é';
export const BOB = 'bob';
export const CAROL = 'carol..%2F';

/** Played processors: the owner of derived blobs, one that may read results, and one that may not. */
export const MAKER = 'conformance-maker';
export const READER = 'conformance-reader';
export const ROGUE = 'conformance-rogue';

/** The surroundings of the tested processor, with what checks share. */
export class Lab {
  readonly deps: LabDependencies;
  readonly #made = new Map<string, Promise<Made>>();

  constructor(deps: LabDependencies) {
    this.deps = deps;
  }

  get processor(): ProcessorDocument {
    return this.deps.processor();
  }

  /** The first event and schema that it takes. @throws Unchecked when it takes none */
  get taken(): { readonly event: EventKind; readonly schemaId: string } {
    const [[event, [schemaId = ''] = []] = []] = Object.entries(this.processor.takes).filter(
      ([, ids]) => ids.length > 0,
    );
    if (event === undefined) throw new Unchecked('It takes no events.');
    return { event: event.slice('blob.'.length) as EventKind, schemaId };
  }

  /** Calls on behalf of a user, as the gateway. */
  ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: Parameters<Calls['ask']>[0]['path'],
    user: string,
    body?: unknown,
  ): Promise<Answered> {
    return this.askAs({ as: 'gateway', user }, method, path, body);
  }

  async askAs(
    { as, user }: As,
    method: 'GET' | 'POST' | 'DELETE',
    path: Parameters<Calls['ask']>[0]['path'],
    body?: unknown,
  ): Promise<Answered> {
    return this.deps.calls.ask({ as, user, method, path, ...(body === undefined ? {} : { body }) });
  }

  /**
   * As {@link askAs}, by a played processor; retried while answered 401, as unknown keys are read at most once a
   * second.
   */
  async askKnown(...asking: Parameters<Lab['askAs']>): Promise<Answered> {
    return this.settledUntil(
      `A token of \`${asking[0].as}\`, whose key is published, was answered 401`,
      async () => {
        const answer = await this.askAs(...asking);
        return answer.status !== 401 && answer;
      },
    );
  }

  /** As {@link askAs}, and needs status 200. @throws Unchecked for others, which another sentence is about */
  async need(...asking: Parameters<Lab['askAs']>): Promise<Shown> {
    const answer = await this.askAs(...asking);
    if (answer.status === 200 && typeof answer.body === 'object' && answer.body !== null)
      return answer.body as Shown;
    const [{ as, user }, method, path] = asking;
    throw new Unchecked(`${named({ as, user, method, path })} was answered ${answer.status}.`);
  }

  /** A blob as its user reads it; undefined where it is missing. */
  async read(user: string, id: string): Promise<Shown | undefined> {
    const answer = await this.ask('GET', routed`/blobs/${id}`, user);
    if (answer.status === 404) return undefined;
    if (answer.status === 200) return (answer.body as { blob?: Shown } | undefined)?.blob;
    throw new Unchecked(`GET /blobs/${id} was answered ${answer.status}.`);
  }

  /** Creates a source that the processor takes. `script`: answers of state to its run. */
  source(user: string, script?: Script): SourceBlob {
    const { event, schemaId } = this.taken;
    const { state, standIns, schemas, sampleOf } = this.deps;
    const isUsers = event === 'created';
    const schema = schemas.find(({ id }) => id === schemaId);
    const source: SourceBlob = {
      id: randomUUID(),
      user,
      owner: isUsers ? 'state' : MAKER,
      baseUrl: isUsers ? null : (standIns.get(MAKER)?.url ?? null),
      schemaId,
      schemaVersion: schema?.version ?? '1.0.0',
      type: schema?.blob_type ?? 'text',
      title: 'The harbour',
      data: sampleOf(schemaId),
    };
    state.sources.set(source.id, source);
    if (script) state.script(source.id, script);
    return source;
  }

  /** The event of a source. `version`: of its index entry, which is part of the event's id. */
  eventOf(source: SourceBlob, version = 1, changes: { kind?: EventKind; body?: object } = {}): BlobEvent {
    return {
      kind: changes.kind ?? this.taken.event,
      version,
      time: new Date(),
      body: {
        blob_id: source.id,
        user_id: source.user,
        schema_id: source.schemaId,
        location: source.owner === 'state' ? 'state-service' : `${source.owner}-db`,
        owner: source.owner,
        type: source.type,
        source_ids: [],
        planned: [this.processor.id],
        ...changes.body,
      },
    };
  }

  /** The event of a retried run. */
  retriedEvent(source: SourceBlob, version: number, run: { attempt: number; generation: number }): BlobEvent {
    const asked = { processor_id: this.processor.id, state: 'PENDING', ...run };
    const event = this.eventOf(source, version, { kind: 'retried', body: { run: asked } });
    const { planned: _, ...body } = event.body;
    return { ...event, body };
  }

  publish(source: SourceBlob, version?: number): Promise<number> {
    return this.deps.log.publish(this.eventOf(source, version));
  }

  /** Acknowledgements of a message's deliveries, without those that only report progress. */
  settled(sequence: number): string[] {
    const own = this.deps.log.acknowledgements.filter((each) => each.sequence === sequence);
    return own.map(({ what }) => what).filter((what) => what !== '+WPI');
  }

  isDone(sequence: number): boolean {
    return this.settled(sequence).some((what) => what === '+ACK' || what === '+TERM');
  }

  callsOf(route: string, sourceId?: string): Received[] {
    const isAbout = ({ body }: Received) => {
      const { blob_id, parent_id } = (body ?? {}) as { blob_id?: unknown; parent_id?: unknown };
      return sourceId === undefined || blob_id === sourceId || parent_id === sourceId;
    };
    return this.deps.journal.filter((call) => call.route === route && isAbout(call));
  }

  /**
   * Polls `probe` until it answers a value.
   * @throws Wrong when it does not within the patience; `what` says what is missing
   */
  async until<T>(
    what: string,
    probe: () => T | undefined | false | Promise<T | undefined | false>,
  ): Promise<T> {
    const deadline = performance.now() + this.deps.patienceMs;
    for (;;) {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      const ended = this.deps.ended();
      if (ended !== undefined) throw new Unchecked(ended);
      if (performance.now() > deadline)
        throw new Wrong(`${what}: not within ${this.deps.patienceMs / 1_000} s.`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** As {@link until}, where another sentence is about the outcome. @throws Unchecked */
  async settledUntil<T>(
    what: string,
    probe: () => T | undefined | false | Promise<T | undefined | false>,
  ): Promise<T> {
    try {
      return await this.until(what, probe);
    } catch (error) {
      throw error instanceof Wrong ? new Unchecked(error.message) : error;
    }
  }

  /** A finished blob of a user, made once for each name. @throws Unchecked */
  made(user: string, name: string): Promise<Made> {
    const key = `${user} ${name}`;
    const known = this.#made.get(key) ?? this.make(user);
    this.#made.set(key, known);
    return known;
  }

  /** Makes a blob, and waits until its event is acknowledged. @throws Unchecked */
  async make(user: string, script?: Script): Promise<Made> {
    if (this.deps.operation) return this.#operate(user);
    const source = this.source(user, script);
    const sequence = await this.publish(source);
    const told = await this.settledUntil(
      `Nothing was made of an event (${source.id})`,
      () => this.deps.state.toldOf(source.id)[0],
    );
    await this.settledUntil('The event of a finished run was not acknowledged', () => this.isDone(sequence));
    return { source, sequence, told, id: String(told.remote_blob_id) };
  }

  async #operate(user: string): Promise<Made> {
    const { state, operation, sampleOf } = this.deps;
    const [schemaId = ''] = this.processor.input_schema_ids;
    const source: SourceBlob = {
      ...{
        id: randomUUID(),
        user,
        owner: 'state',
        baseUrl: null,
        schemaId,
        schemaVersion: '1.0.0',
        type: 'text',
      },
      ...{ title: 'The harbour', data: sampleOf(schemaId) },
    };
    state.sources.set(source.id, source);
    const before = state.told.length;
    const answer = await this.ask('POST', '/graphql', user, operation);
    if (answer.status !== 200)
      throw new Unchecked(`The operation of --operation was answered ${answer.status} ${answer.text}.`);
    const told = await this.settledUntil(
      `The operation of --operation made nothing: ${answer.text.slice(0, 200)}`,
      () =>
        state.told
          .slice(before)
          .find(({ content_hash, user_id }) => content_hash !== undefined && user_id === user),
    );
    return { source, sequence: 0, told, id: String(told.remote_blob_id) };
  }
}
