import type { Received, Reply, Routes } from './server.ts';
import { ok } from './server.ts';

/** A source blob for the tested processor. */
export interface SourceBlob {
  readonly id: string;
  readonly user: string;
  /** `state`, or a processor's id. */
  readonly owner: string;
  /** Base URL of its owner; null for blobs of state. */
  readonly baseUrl: string | null;
  readonly schemaId: string;
  readonly schemaVersion: string;
  readonly type: string;
  readonly title: string;
  /** The document. */
  readonly data: unknown;
}

/** A result as the processor reported it, by `finish` or `blob-index`. */
export interface Told {
  /** As reported, like all members: nothing is checked. */
  readonly user_id?: unknown;
  readonly processor_id?: unknown;
  readonly processor_version?: unknown;
  readonly generation?: unknown;
  readonly remote_blob_id?: unknown;
  readonly parent_id?: unknown;
  readonly schema_id?: unknown;
  readonly schema_version?: unknown;
  readonly content_hash?: unknown;
  readonly on_demand?: unknown;
  readonly run?: { readonly blob_id?: unknown; readonly attempt?: unknown };
}

/** Answers in place of the usual ones for a source; each is used once, in order. */
export interface Script {
  /** Of `POST /api/v1/runs/begin`. */
  readonly begin?: (() => Promise<Reply> | Reply)[];
  /** Of `POST /api/v1/runs/finish` and `POST /api/v1/blob-index`. */
  readonly finish?: (() => Promise<Reply> | Reply)[];
  /** Leaves out the document, which the processor must then read from its owner. */
  readonly withoutData?: boolean;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member of a call's body; undefined unless that is an object. */
export const memberOf = (call: Pick<Received, 'body'>, name: string): unknown =>
  isObject(call.body) ? call.body[name] : undefined;

/** A stand-in of the state service. It accepts all results, and keeps them for the checks. */
export class StateStandIn {
  readonly sources = new Map<string, SourceBlob>();
  /** All reported results, in order. */
  readonly told: Told[] = [];
  /** Called with each result before it is answered. */
  onTold: (told: Told) => Promise<void> = async () => undefined;
  readonly #scripts = new Map<string, Script>();

  script(sourceId: string, script: Script): void {
    this.#scripts.set(sourceId, script);
  }

  /** The user whose blob a call is about; undefined when it is about no known blob. */
  userOf(call: Received): string | undefined {
    const ids = [memberOf(call, 'blob_id'), memberOf(call, 'parent_id'), ...[memberOf(call, 'ids')].flat()];
    for (const id of ids) {
      const source = this.sources.get(String(id));
      if (source) return source.user;
    }
    return undefined;
  }

  toldOf(sourceId: string): Told[] {
    return this.told.filter(({ parent_id }) => parent_id === sourceId);
  }

  get routes(): Routes {
    return {
      'POST /api/v1/runs/begin': (call) => this.#begin(call),
      'POST /api/v1/runs/finish': (call) => this.#finish(call),
      'POST /api/v1/blob-index': (call) => this.#finish(call),
      'POST /api/v1/processing': () => ok({ entry: {} }),
      'POST /api/v1/runs/hand-out': () => ok({}),
      'POST /api/v1/blobs/batch': (call) =>
        ok({ blobs: this.#named(call).map((blob) => this.#document(blob)) }),
      // Records that are gone cannot be made again: the index has no such entries.
      'POST /api/v1/derivations': () => ok({ derivations: [] }),
      'POST /api/v1/sources': (call) => ok({ sources: this.#named(call).map((blob) => this.#source(blob)) }),
      'GET /api/v1/users/:/books/:': ({ params }) =>
        ok({ book: this.#book(params[0] ?? '', params[1] ?? '') }),
      'POST /api/v1/users/:/books/batch': (call) =>
        ok({
          books: [memberOf(call, 'ids')].flat().map((id) => this.#book(call.params[0] ?? '', String(id))),
        }),
    };
  }

  async #begin(call: Received): Promise<Reply> {
    const id = String(memberOf(call, 'blob_id'));
    const script = this.#scripts.get(id);
    const scripted = script?.begin?.shift();
    if (scripted) return scripted();
    const source = this.sources.get(id);
    const generation = Number(memberOf(call, 'generation') ?? 0);
    const sources = source ? [this.#source(source)] : [];
    const whole = source?.owner === 'state' && !script?.withoutData;
    return ok({
      generation,
      done: false,
      sources: whole ? sources.map((one) => ({ ...one, data: source.data })) : sources,
    });
  }

  async #finish(call: Received): Promise<Reply> {
    const told = (isObject(call.body) ? call.body : {}) as Told;
    this.told.push(told);
    await this.onTold(told);
    const scripted = this.#scripts.get(String(told.parent_id))?.finish?.shift();
    return scripted ? scripted() : ok({ entry: {} });
  }

  #named(call: Received): SourceBlob[] {
    return [memberOf(call, 'ids')].flat().flatMap((id) => this.sources.get(String(id)) ?? []);
  }

  /** Every draft of the user is a chapter. */
  #book(user: string, id: string) {
    const drafts = [...this.sources.values()].filter((blob) => blob.user === user && blob.owner === 'state');
    const chapters = drafts.slice(0, 3).map((draft, index) => ({
      chapter_num: index + 1,
      position: index + 1,
      numbered: true,
      title: draft.title,
      draft_blob_id: draft.id,
      expanded_blob_id: null,
      expansion_state: null,
    }));
    return { id, title: 'Conformance', language: 'en', chapters };
  }

  #source({ id, user, owner, baseUrl, schemaId, schemaVersion, type, title, data }: SourceBlob) {
    return {
      id,
      user_id: user,
      owner,
      base_url: baseUrl,
      schema_id: schemaId,
      schema_version: schemaVersion,
      type,
      title,
      size_bytes: JSON.stringify(data).length,
      book_id: null,
      conversation_id: null,
      chapter_num: null,
      created_at: new Date().toISOString(),
    };
  }

  #document(blob: SourceBlob) {
    const { size_bytes: _, base_url: __, chapter_num: ___, owner: ____, ...source } = this.#source(blob);
    return { ...source, data: blob.data, processing_state: 'PROCESSING' };
  }
}
