import type { LinkedOperation } from './link.ts';

/** A step of the story that GraphiQL tells: an operation to run after those before it. */
export interface StoryStep {
  /** The GraphQL name of the operation, which is also its tab's title. */
  readonly name: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** They say what it does and what to look at. */
  readonly sentences: string;
  readonly query: string;
  /**
   * Texts in it may have places to fill in: `{{run}}`, which is another one each time that the story begins, and
   * `{{Operation.path.to.text}}`, a text of an earlier step's data.
   */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Texts by the places that they fill in. */
export type Known = Readonly<Record<string, string>>;

const PLACE = /\{\{([\w.]+)\}\}/g;

const placesIn = (value: unknown): string[] =>
  [...JSON.stringify(value).matchAll(PLACE)].map(([, place = '']) => place);

/** The text at a path of an answer's data, e.g. `createBlob.blob.id`; undefined where there is none. */
export function textAt(data: unknown, path: string): string | undefined {
  let value = data;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return typeof value === 'string' ? value : undefined;
}

/** The places in all steps' variables that the answer to a step fills in. */
export function learned(steps: readonly StoryStep[], name: string, data: unknown): Known {
  const places = steps.flatMap(({ variables }) => placesIn(variables));
  const own = places.filter((place) => place.startsWith(`${name}.`));
  const found = own.map((place) => [place, textAt(data, place.slice(name.length + 1))] as const);
  return Object.fromEntries(found.filter((each): each is [string, string] => each[1] !== undefined));
}

/** The steps whose answers a step needs and which are not known yet, in the order of its variables. */
export function missing({ variables }: StoryStep, known: Known): string[] {
  const places = placesIn(variables).filter((place) => !Object.hasOwn(known, place));
  return [...new Set(places.map((place) => place.split('.')[0] ?? ''))];
}

/** A step as the editors take it, with what is known filled in. */
export function filledIn({ query, variables }: StoryStep, known: Known): LinkedOperation {
  if (Object.keys(variables).length === 0) return { query, variables: '' };
  const fill = (_: string, value: unknown) =>
    typeof value === 'string' ? value.replace(PLACE, (all, place: string) => known[place] ?? all) : value;
  return { query, variables: JSON.stringify(variables, fill, 2) };
}
