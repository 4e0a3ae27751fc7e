import { inject } from 'vitest';
import { type Place, type Users, usersOf } from './users.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL that starts the project's shared system when first asked, and answers with its {@link Place}. */
    shared: string;
  }
}

/** A system that other test files use at the same time. */
export interface SharedSystem extends Place, Users {
  /** Closes this file's clients. */
  leave(): Promise<void>;
}

/**
 * The project's shared system in its shape: for files that leave its processes, its settings and what belongs to
 * operators alone, count nothing of others, and whose users are theirs alone.
 */
export async function sharedSystem(): Promise<SharedSystem> {
  const answer = await fetch(inject('shared'));
  if (!answer.ok) throw new Error(await answer.text());
  const place = (await answer.json()) as Place;
  const { close, ...users } = usersOf(place);
  return { ...place, ...users, leave: close };
}
