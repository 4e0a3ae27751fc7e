import type { Completion } from './shape.ts';

export type ResponsePath = (string | number)[];

/** Translates a path of subgraph keys into response keys. */
export function responsePath(completion: Completion, keys: readonly (string | number)[]): ResponsePath {
  const [key, ...rest] = keys;
  if (key === undefined) return [];
  if (typeof key === 'number') {
    return [key, ...responsePath(completion.kind === 'list' ? completion.item : completion, rest)];
  }
  if (completion.kind === 'list') return responsePath(completion.item, keys);
  if (completion.kind === 'leaf') return [...keys];
  for (const { fields } of completion.place.shapes()) {
    const field = fields.find((each) => each.key === key && each.meta === null);
    if (field) return [field.name, ...responsePath(field.value, rest)];
  }
  return [...keys];
}
