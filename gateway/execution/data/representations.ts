import type { Path, RequiredSelection } from '../../planning/plan/plan.ts';
import { TYPENAME } from '../selection/operation-fields.ts';
import type { TypeTest } from './type-test.ts';
import { isObject, type Values } from './values.ts';

/**
 * The representation by which a subgraph finds an entity; null when the entity's type does not match, or a required
 * field is missing.
 */
export function represent(
  entity: Values,
  required: readonly RequiredSelection[],
  isOfType: TypeTest,
): Values | null {
  const representation: Values = {};
  if (!collect(entity, required, isOfType, representation)) return null;
  return representation[TYPENAME] === undefined ? null : representation;
}

/** False when a required field is missing. */
function collect(
  object: Values,
  required: readonly RequiredSelection[],
  isOfType: TypeTest,
  into: Values,
): boolean {
  for (const selection of required) {
    if (selection.kind === 'InlineFragment') {
      const { typeCondition, selections } = selection;
      if (typeCondition !== undefined && !isOfType(object[TYPENAME], typeCondition)) continue;
      if (!collect(object, selections, isOfType, into)) return false;
      continue;
    }
    const { name, selections } = selection;
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    if (value === undefined) return false;
    const picked = selections ? pick(value, selections, isOfType) : value;
    if (picked === undefined) return false;
    const known = into[name];
    if (isObject(known) && isObject(picked) && !Array.isArray(picked)) Object.assign(known, picked);
    else into[name] = picked;
  }
  return true;
}

/** The selected fields of a value; undefined when one is missing. */
function pick(value: unknown, selections: readonly RequiredSelection[], isOfType: TypeTest): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      const picked = pick(item, selections, isOfType);
      if (picked === undefined) return undefined;
      items.push(picked);
    }
    return items;
  }
  if (!isObject(value)) return value;
  const into: Values = {};
  return collect(value, selections, isOfType, into) ? into : undefined;
}

/** All objects at a path of the data. */
export function entitiesAt(data: Values, path: Path, isOfType: TypeTest): Values[] {
  const found: Values[] = [];
  descend(data, path, 0, isOfType, (value) => found.push(value));
  return found;
}

function descend(
  value: unknown,
  path: Path,
  depth: number,
  isOfType: TypeTest,
  visit: (value: Values) => void,
): void {
  if (!isObject(value)) return;
  if (Array.isArray(value)) {
    const next = path[depth] === '@' ? depth + 1 : depth;
    for (const item of value) descend(item, path, next, isOfType, visit);
    return;
  }
  const segment = path[depth];
  if (segment === undefined) visit(value);
  else if (typeof segment !== 'string') {
    if (segment.some((type) => isOfType(value[TYPENAME], type)))
      descend(value, path, depth + 1, isOfType, visit);
  } else if (segment === '@') descend(value, path, depth + 1, isOfType, visit);
  else descend(value[segment], path, depth + 1, isOfType, visit);
}
