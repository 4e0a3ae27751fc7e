import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';
import type { Path, PathSegment, RequiredSelection, Rewrite } from '../planning/plan.ts';
import { TYPENAME } from './operation-fields.ts';
import { isObject, type Values } from './values.ts';

/** Whether an object of this type is one of the type of a condition. */
export type TypeTest = (typeName: unknown, condition: string) => boolean;

export const createTypeTest =
  (schema: GraphQLSchema): TypeTest =>
  (typeName, condition) => {
    if (typeName === condition) return true;
    const [type, abstract] = [schema.getType(String(typeName)), schema.getType(condition)];
    if (!isAbstractType(abstract) || !(isObjectType(type) || isInterfaceType(type))) return false;
    return schema.isSubType(abstract, type);
  };

/**
 * The representation of an entity, by which a subgraph finds it; null when the entity is of no type that is asked for,
 * or something required of it is missing.
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

/** False when something is missing. */
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

/** The selected members of a value below; undefined when something is missing. */
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
    // An object that does not tell its type is of the one that was asked for.
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

/** A path of keys as they are after the answer was rewritten. */
export function rewritePath(path: readonly (string | number)[], rewrites: readonly Rewrite[] | undefined) {
  if (!rewrites) return path;
  return path.map((key) => {
    for (const each of rewrites)
      if (each.kind === 'KeyRenamer' && each.path.at(-1) === key) return each.renameKeyTo;
    return key;
  });
}
