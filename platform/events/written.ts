import { z } from 'zod';
import { userToken } from './events.ts';
import type { MemberValues } from './members.ts';

/** A stretch of a result's text, as it is told while it is written. From `offset` on, the section reads `added`. */
export interface WrittenText {
  /** The section's place, from 0, and how many there are. */
  readonly section: number;
  readonly sections: number;
  /** The heading that it stands under; null: none. */
  readonly title: string | null;
  /** In UTF-16 units, from the section's beginning. */
  readonly offset: number;
  readonly added: string;
}

/** The run that writes it. */
export interface WritingRun {
  /** The blob that it works on. */
  readonly blob_id: string;
  readonly processor_id: string;
  readonly attempt: number;
  readonly generation: number;
}

const written = z.object({
  time: z.iso.datetime(),
  blob_id: z.string(),
  processor_id: z.string(),
  attempt: z.int(),
  generation: z.int(),
  section: z.int(),
  sections: z.int(),
  title: z.string().nullable(),
  offset: z.int(),
  added: z.string(),
});

/** The subject of a user's announcements. */
export const writtenSubject = (userId: string): string => `run.written.${userToken(userId)}`;

/** The body of an announcement. */
export function toWritten(run: WritingRun, text: WrittenText, time: Date): Uint8Array {
  const body: z.infer<typeof written> = { time: time.toISOString(), ...run, ...text };
  return new TextEncoder().encode(JSON.stringify(body));
}

/** When an announcement was made, and its members; null when its body is something else. */
export function fromWritten(body: Uint8Array): { time: Date; members: MemberValues } | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
  const { data } = written.safeParse(parsed);
  if (!data) return null;
  const members = {
    blob_id: data.blob_id,
    'run.processor_id': data.processor_id,
    'run.attempt': data.attempt,
    'run.generation': data.generation,
    'text.section': data.section,
    'text.sections': data.sections,
    ...(data.title !== null && { 'text.title': data.title }),
    'text.offset': data.offset,
    'text.added': data.added,
  };
  return { time: new Date(data.time), members };
}
