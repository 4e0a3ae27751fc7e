import { z } from 'zod';
import type { LoggedMessage, OutgoingMessage } from '../event-log/message.ts';
import { cloudEventHeaders, userToken } from './events.ts';

/** Events of a user: all that is theirs is being erased, or was. */
export const userEventKinds = ['erasing', 'erased'] as const;
export type UserEventKind = (typeof userEventKinds)[number];

/** One of a user's events, as it stands in the log. */
export interface UserEvent {
  readonly kind: UserEventKind;
  readonly userId: string;
  /** When the erasure began. */
  readonly startedAt: Date;
}

const ROOT = 'user';

/** The subject filters of all of them. */
export const userSubjects: readonly string[] = userEventKinds.map((kind) => `${ROOT}.${kind}.*`);

/** The event as a message. The same erasure has the same id however often it is told. */
export function toUserMessage({ kind, userId, startedAt }: UserEvent): OutgoingMessage {
  const started = startedAt.toISOString();
  const id = `${ROOT}.${kind}:${userToken(userId)}:${started}`;
  return {
    subject: `${ROOT}.${kind}.${userToken(userId)}`,
    id,
    headers: cloudEventHeaders({ id, type: `${ROOT}.${kind}`, time: startedAt, traceparent: undefined }),
    body: new TextEncoder().encode(JSON.stringify({ user_id: userId, started_at: started })),
  };
}

const typeSchema = z.templateLiteral([`${ROOT}.`, z.enum(userEventKinds)]);
const bodySchema = z.object({ user_id: z.string(), started_at: z.iso.datetime() });

/** The event in a message; undefined when there is none. */
export function userEventIn(message: Pick<LoggedMessage, 'headers' | 'body'>): UserEvent | undefined {
  const type = typeSchema.safeParse(message.headers['ce-type']);
  if (!type.success) return undefined;
  try {
    const body = bodySchema.parse(JSON.parse(new TextDecoder().decode(message.body)));
    const kind = type.data.slice(ROOT.length + 1) as UserEventKind;
    return { kind, userId: body.user_id, startedAt: new Date(body.started_at) };
  } catch {
    return undefined;
  }
}
