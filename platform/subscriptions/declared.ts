import type { DocumentNode, FieldDefinitionNode, ObjectTypeDefinitionNode } from 'graphql';
import type { Occurrence, WantedChanges } from '../changes/change.ts';
import type { AnnouncementSubscription, ChangeFeed } from '../changes/feed.ts';
import type { Polled } from '../concurrency/polled.ts';
import { type AnnouncedName, announcedNames, type EventName, eventNames } from '../events/named.ts';
import { type Arguments, argumentFilter, cursorIn } from './arguments.ts';
import { valueIn } from './members.ts';
import { payloadOf } from './payload.ts';
import { DeclarationFault, directivesOf, EVENTS, Sdl, textsOf } from './sdl.ts';

/** A subscription field, as its SDL declares it by `@events`. */
export interface DeclaredSubscription {
  /** Whether its events are announced, and in no log. */
  readonly isAnnounced: boolean;
  /** The changes that a subscriber with these arguments wants. */
  wanted(args: Arguments): WantedChanges;
  /** The cursor after which they want it; null: from now on. */
  after(args: Arguments): string | null;
  /** The field's value for what is told: entities are only keys. */
  payload(told: Occurrence): Readonly<Record<string, unknown>>;
}

/** Follows the occurrences that a subscriber of a field is told of, in order. It throws at `poll()` and `next()`, as the feed's methods. */
export function followDeclared(
  { isAnnounced, wanted, after }: DeclaredSubscription,
  args: Arguments,
  feed: Pick<ChangeFeed, 'subscribe' | 'hear'>,
  subscriber: Omit<AnnouncementSubscription, 'wanted'>,
): Polled<Occurrence> {
  const subscription = { ...subscriber, wanted: wanted(args) };
  return isAnnounced ? feed.hear(subscription) : feed.subscribe({ ...subscription, after: after(args) });
}

type AnyName = EventName | AnnouncedName;

const isAnnouncedName = (name: AnyName): name is AnnouncedName =>
  (announcedNames as readonly string[]).includes(name);

const allNames: readonly AnyName[] = [...eventNames, ...announcedNames];

/** Stands for the subscriber's own user, the last token of every subject. */
const CALLER = '{caller}';

/** The events on a subject. @throws DeclarationFault when it is not the caller's, or names no event */
function eventsOn(coordinate: string, subject: string): readonly AnyName[] {
  const tokens = subject.split('.');
  const named = tokens.slice(0, -1);
  if (tokens.at(-1) !== CALLER)
    throw new DeclarationFault(
      coordinate,
      `the subject \`${subject}\` must end in \`.${CALLER}\`: nobody may follow what is another's.`,
    );
  const isOn = (name: AnyName) => {
    const its = name.split('.');
    return its.length === named.length && its.every((each, at) => named[at] === each || named[at] === '*');
  };
  const events = allNames.filter(isOn);
  if (events.length > 0) return events;
  const problem = `the subject \`${subject}\` has no events. There are: ${allNames.join(', ')}.`;
  throw new DeclarationFault(coordinate, problem);
}

function eventsOf(coordinate: string, field: FieldDefinitionNode): readonly AnyName[] {
  const subjects = textsOf(directivesOf(field, EVENTS)[0], 'subjects') ?? [];
  if (subjects.length === 0)
    throw new DeclarationFault(coordinate, `name at least one subject, e.g. \`blob.*.${CALLER}\`.`);
  const on = new Set(subjects.flatMap((subject) => eventsOn(coordinate, subject)));
  const announced = [...on].filter(isAnnouncedName);
  if (announced.length > 0 && announced.length < on.size)
    throw new DeclarationFault(
      coordinate,
      `\`${announced[0]}\` is announced, and in no log: give it a field of its own.`,
    );
  return allNames.filter((name) => on.has(name));
}

function declared(
  sdl: Sdl,
  root: ObjectTypeDefinitionNode,
  field: FieldDefinitionNode,
): DeclaredSubscription {
  const coordinate = `${root.name.value}.${field.name.value}`;
  const events = eventsOf(coordinate, field);
  const isAnnounced = events.some(isAnnouncedName);
  const filter = argumentFilter(sdl, coordinate, field, isAnnounced);
  const { needs, payload } = payloadOf(coordinate, field, {
    ...{ sdl, events, isAnnounced },
    graph: sdl.graphOf(root, field),
  });
  /** By arguments that are the same object. */
  const known = new WeakMap<Arguments, WantedChanges>();
  const isWhole = (told: Occurrence) => needs.every((member) => valueIn(told, member) !== undefined);
  return {
    isAnnounced,
    wanted(args) {
      const before = known.get(args);
      if (before) return before;
      const isAskedFor = filter(args);
      const wanted: WantedChanges = { events, passes: (told) => isWhole(told) && isAskedFor(told) };
      known.set(args, wanted);
      return wanted;
    },
    after: cursorIn,
    payload,
  };
}

/**
 * The subscription fields that a supergraph, or a subgraph's own SDL, declares by `@events`, by name. Without a link to
 * the specification there are none.
 * @throws DeclarationFault that names the place and how to mend it
 */
export function declaredSubscriptions(document: DocumentNode): ReadonlyMap<string, DeclaredSubscription> {
  const sdl = new Sdl(document);
  const root = sdl.isLinked ? sdl.subscription : undefined;
  const fields = (root?.fields ?? []).filter((field) => directivesOf(field, EVENTS).length > 0);
  return new Map(root ? fields.map((field) => [field.name.value, declared(sdl, root, field)]) : []);
}
