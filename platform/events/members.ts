import { type BlobEvent, processingStates } from './events.ts';

/** The kind of a member's values: an id, any text, a whole number, a number or a time. */
export type MemberKind = 'id' | 'text' | 'whole' | 'number' | 'time';

export interface EventMember {
  readonly kind: MemberKind;
  /** Whether an event holds several. Default: one. */
  readonly isList?: boolean;
  /** All values that it may have. Default: any of its kind. */
  readonly values?: readonly string[];
}

const id: EventMember = { kind: 'id' };
const text: EventMember = { kind: 'text' };

/** The members of events that subscriptions may name. An event may lack any but the first four. */
export const eventMembers: Readonly<Record<string, EventMember>> = {
  /** Where the event stands in the log. */
  cursor: text,
  /** The name of what happened, e.g. `blob.created`. */
  event: text,
  /** The version that the event gave to what it is about. */
  version: { kind: 'whole' },
  /** By the clock of the index. */
  occurred_at: { kind: 'time' },
  blob_id: id,
  book_id: id,
  conversation_id: id,
  schema_id: id,
  /** The kind of the blob's content, e.g. `chapter_draft`. */
  type: text,
  /** The processor that keeps the blob; `state` for users' own. */
  owner: id,
  source_ids: { kind: 'id', isList: true },
  'run.processor_id': id,
  'run.artifact': text,
  'run.state': { kind: 'text', values: processingStates },
  'run.attempt': { kind: 'whole' },
  'run.generation': { kind: 'whole' },
  'run.stage': text,
  'run.progress': { kind: 'number' },
  'run.code': text,
  /** The candidate's version that the run was given to. */
  'run.version': text,
  /** Of `run.written`: the section's place among the result's, from 0, and how many there are. */
  'text.section': { kind: 'whole' },
  'text.sections': { kind: 'whole' },
  /** The heading that it stands under. */
  'text.title': text,
  /** Where in the section `text.added` begins, in UTF-16 units; what stood there and after it is gone. */
  'text.offset': { kind: 'whole' },
  'text.added': text,
};

export type MemberValue = string | number | readonly string[];
/** An event's own members, by the names of {@link eventMembers}. */
export type MemberValues = Readonly<Record<string, MemberValue | undefined>>;

/** The members that subscriptions may name of an event of a blob. */
export function membersOf({ body, body: { run } }: BlobEvent): MemberValues {
  return {
    blob_id: body.blob_id,
    ...(body.book_id !== undefined && { book_id: body.book_id }),
    ...(body.conversation_id !== undefined && { conversation_id: body.conversation_id }),
    schema_id: body.schema_id,
    type: body.type,
    owner: body.owner,
    source_ids: body.source_ids,
    ...(run && {
      'run.processor_id': run.processor_id,
      'run.state': run.state,
      'run.attempt': run.attempt,
      ...(run.generation !== undefined && { 'run.generation': run.generation }),
      ...(run.artifact !== undefined && { 'run.artifact': run.artifact }),
      ...(run.stage !== undefined && { 'run.stage': run.stage }),
      ...(run.progress !== undefined && { 'run.progress': run.progress }),
      ...(run.code !== undefined && { 'run.code': run.code }),
      ...(run.version !== undefined && { 'run.version': run.version }),
    }),
  };
}
