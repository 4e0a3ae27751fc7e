import { z } from 'zod';
import type { LoggedMessage, OutgoingMessage } from '../event-log/message.ts';

/**
 * Events of a blob. `created`: a user stored it; `indexed`: a processor's result entered the index;
 * `processing`, `completed`, `failed`: a run's state changed; `retried`: a failed run was asked for again;
 * `deleted`: it is gone.
 */
export const eventKinds = [
  'created',
  'indexed',
  'processing',
  'completed',
  'failed',
  'retried',
  'deleted',
] as const;
export type EventKind = (typeof eventKinds)[number];

export const processingStates = ['STORED', 'PENDING', 'PROCESSING', 'COMPLETED', 'FAILED'] as const;
export type ProcessingState = (typeof processingStates)[number];

/** Ids and states of one change, never content. Absent members do not apply. */
const bodySchema = z.object({
  blob_id: z.string(),
  user_id: z.string(),
  schema_id: z.string(),
  /** Where the blob is kept, e.g. `state-service`. */
  location: z.string(),
  /** The processor that keeps the blob; `state` for users' own. */
  owner: z.string(),
  type: z.string(),
  source_ids: z.array(z.string()),
  book_id: z.string().optional(),
  conversation_id: z.string().optional(),
  /** The run that changed. */
  run: z
    .object({
      processor_id: z.string(),
      state: z.enum(processingStates),
      attempt: z.number().int(),
      /** Absent in events of releases without generations: the newest is meant. */
      generation: z.number().int().optional(),
      /** The artifact that is made, e.g. an export's format; absent where the run makes a blob. */
      artifact: z.string().optional(),
      /** Its present step, in a word or two; absent where the processor does not tell it. */
      stage: z.string().optional(),
      /** 0 to 1; absent where the processor does not tell it. */
      progress: z.number().optional(),
      /** Why it failed, by a code of the table of errors; absent in events of releases that did not tell it. */
      code: z.string().optional(),
      /** The candidate's version that the run was given to; absent: the processor's present one. */
      version: z.string().optional(),
    })
    .optional(),
  /** In `created` and `indexed`: the processors for which a run is planned. */
  planned: z.array(z.string()).optional(),
  /** Of those, the processors whose turn has not come: a `retried` asks them later. Absent where there are none. */
  held: z.array(z.string()).optional(),
  /** Of those planned, candidates that the run is given to: versions by processor. Absent where there are none. */
  canary: z.record(z.string(), z.string()).optional(),
  /** In `indexed`: true while the blob's content does not exist yet. */
  pending: z.boolean().optional(),
});
export type BlobEventBody = z.infer<typeof bodySchema>;

/** One change of one blob, as it stands in the log. */
export interface BlobEvent {
  readonly kind: EventKind;
  /** The version that the change gave to the blob's index entry. */
  readonly version: number;
  /** When it happened. */
  readonly time: Date;
  /** W3C trace context of the request that caused it. */
  readonly traceparent?: string;
  readonly body: BlobEventBody;
}

const SUBJECT_ROOT = 'blob';

/** The user's id as one subject token, whatever it holds: percent-encoded UTF-8 outside letters, digits, `-`, `_`. */
export const userToken = (userId: string): string =>
  [...new TextEncoder().encode(userId)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9_-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

/** The subject filter of one kind of event, for all users. */
export const subjectOf = (kind: EventKind): string => `${SUBJECT_ROOT}.${kind}.*`;

/** Stable: the same change has the same id however often it is published. */
export const messageId = (event: BlobEvent): string => `${event.body.blob_id}:${event.version}`;

/** CloudEvents attributes as headers (binary content mode), of a body in JSON. */
export const cloudEventHeaders = ({
  id,
  type,
  time,
  traceparent,
}: {
  readonly id: string;
  readonly type: string;
  readonly time: Date;
  readonly traceparent: string | undefined;
}) => ({
  'ce-specversion': '1.0',
  'ce-id': id,
  'ce-type': type,
  'ce-source': '/state',
  'ce-time': time.toISOString(),
  'content-type': 'application/json',
  ...(traceparent === undefined ? {} : { traceparent }),
});

/** The event as a message. */
export function toMessage(event: BlobEvent): OutgoingMessage {
  const id = messageId(event);
  return {
    subject: `${SUBJECT_ROOT}.${event.kind}.${userToken(event.body.user_id)}`,
    id,
    headers: {
      ...cloudEventHeaders({
        ...{ id, type: `${SUBJECT_ROOT}.${event.kind}`, time: event.time },
        traceparent: event.traceparent,
      }),
      'blob-version': String(event.version),
    },
    body: new TextEncoder().encode(JSON.stringify(event.body)),
  };
}

const headersSchema = z.object({
  'ce-type': z.templateLiteral([`${SUBJECT_ROOT}.`, z.enum(eventKinds)]),
  'ce-time': z.iso.datetime(),
  'blob-version': z.coerce.number().int().positive(),
  traceparent: z.string().optional(),
});

/** The event in a message. @throws Error with the reason when there is none */
export function fromMessage(message: Pick<LoggedMessage, 'headers' | 'body'>): BlobEvent {
  const headers = headersSchema.parse(message.headers);
  const kind = headers['ce-type'].slice(SUBJECT_ROOT.length + 1) as EventKind;
  const body = bodySchema.parse(JSON.parse(new TextDecoder().decode(message.body)));
  return {
    kind,
    version: headers['blob-version'],
    time: new Date(headers['ce-time']),
    body,
    ...(headers.traceparent === undefined ? {} : { traceparent: headers.traceparent }),
  };
}

/** The event in a message; null when there is none. */
export function eventIn(message: Pick<LoggedMessage, 'headers' | 'body'>): BlobEvent | null {
  try {
    return fromMessage(message);
  } catch {
    return null;
  }
}
