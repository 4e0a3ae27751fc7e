import type { Completion, Place, ShapedField } from './shape.ts';

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
  const field = fieldOf(completion.place, key);
  return field ? [field.name, ...responsePath(field.value, rest)] : [...keys];
}

/** The field of a subgraph key, be it one that is told later. */
function fieldOf(place: Place, key: string): ShapedField | undefined {
  for (const { fields, deferred = [] } of place.shapes()) {
    const field = fields.find((each) => each.key === key && each.meta === null);
    const found = field ?? deferred.map((each) => fieldOf(each.place, key)).find(Boolean);
    if (found) return found;
  }
  return undefined;
}
