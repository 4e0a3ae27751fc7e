import type { PathSegment, Rewrite } from '../../planning/plan/plan.ts';
import { TYPENAME } from '../selection/operation-fields.ts';
import type { TypeTest } from './type-test.ts';
import { isObject } from './values.ts';

/** Rewrites an object in place. */
export function rewrite(object: unknown, rewrites: readonly Rewrite[], isOfType: TypeTest): void {
  for (const each of rewrites) rewriteAt(object, each, 0, isOfType);
}

function rewriteAt(value: unknown, change: Rewrite, depth: number, isOfType: TypeTest): void {
  if (!isObject(value)) return;
  if (Array.isArray(value)) {
    for (const item of value) rewriteAt(item, change, depth, isOfType);
    return;
  }
  const segment: PathSegment | undefined = change.path[depth];
  if (segment === undefined) return;
  if (typeof segment !== 'string') {
    // An object without `__typename` is of the requested type.
    const typeName = value[TYPENAME];
    if (typeName === undefined || segment.some((type) => isOfType(typeName, type)))
      rewriteAt(value, change, depth + 1, isOfType);
    return;
  }
  if (depth < change.path.length - 1) {
    rewriteAt(segment === '@' ? value : value[segment], change, depth + 1, isOfType);
  } else if (Object.hasOwn(value, segment)) {
    if (change.kind === 'ValueSetter') value[segment] = change.value;
    else {
      value[change.renameKeyTo] = value[segment];
      delete value[segment];
    }
  }
}

/** A path of an answer, with its keys renamed as the answer's are. */
export function rewritePath(path: readonly (string | number)[], rewrites: readonly Rewrite[] | undefined) {
  if (!rewrites) return path;
  return path.map((key) => {
    for (const each of rewrites)
      if (each.kind === 'KeyRenamer' && each.path.at(-1) === key) return each.renameKeyTo;
    return key;
  });
}
