import type { DocumentNode, FieldDefinitionNode, ObjectTypeDefinitionNode } from 'graphql';
import type { Change, WantedChanges } from '../changes/change.ts';
import { type EventName, eventNames } from '../events/named.ts';
import { type Arguments, argumentFilter, cursorIn } from './arguments.ts';
import { valueIn } from './members.ts';
import { payloadOf } from './payload.ts';
import { DeclarationFault, directivesOf, EVENTS, Sdl, textsOf } from './sdl.ts';

/** A subscription field, as its SDL declares it by `@events`. */
export interface DeclaredSubscription {
  /** The changes that a subscriber with these arguments wants. */
  wanted(args: Arguments): WantedChanges;
  /** The cursor after which they want them; null: from now on. */
  after(args: Arguments): string | null;
  /** The field's value for a change: entities are only keys. */
  payload(change: Change): Readonly<Record<string, unknown>>;
}

/** Stands for the subscriber's own user, the last token of every subject. */
const CALLER = '{caller}';

/** The events on a subject. @throws DeclarationFault when it is not the caller's, or names no event */
function eventsOn(coordinate: string, subject: string): readonly EventName[] {
  const tokens = subject.split('.');
  const named = tokens.slice(0, -1);
  if (tokens.at(-1) !== CALLER)
    throw new DeclarationFault(
      coordinate,
      `the subject \`${subject}\` must end in \`.${CALLER}\`: nobody may follow what is another's.`,
    );
  const isOn = (name: EventName) => {
    const its = name.split('.');
    return its.length === named.length && its.every((each, at) => named[at] === each || named[at] === '*');
  };
  const events = eventNames.filter(isOn);
  if (events.length > 0) return events;
  const problem = `the subject \`${subject}\` has no events. There are: ${eventNames.join(', ')}.`;
  throw new DeclarationFault(coordinate, problem);
}

function eventsOf(coordinate: string, field: FieldDefinitionNode): readonly EventName[] {
  const subjects = textsOf(directivesOf(field, EVENTS)[0], 'subjects') ?? [];
  if (subjects.length === 0)
    throw new DeclarationFault(coordinate, `name at least one subject, e.g. \`blob.*.${CALLER}\`.`);
  const on = new Set(subjects.flatMap((subject) => eventsOn(coordinate, subject)));
  return eventNames.filter((name) => on.has(name));
}

function declared(
  sdl: Sdl,
  root: ObjectTypeDefinitionNode,
  field: FieldDefinitionNode,
): DeclaredSubscription {
  const coordinate = `${root.name.value}.${field.name.value}`;
  const events = eventsOf(coordinate, field);
  const filter = argumentFilter(sdl, coordinate, field);
  const { needs, payload } = payloadOf(coordinate, field, {
    sdl,
    events,
    graph: sdl.graphOf(root, field),
  });
  const isWhole = (change: Change) => needs.every((member) => valueIn(change, member) !== undefined);
  return {
    wanted(args) {
      const isAskedFor = filter(args);
      return { events, passes: (change) => isWhole(change) && isAskedFor(change) };
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
