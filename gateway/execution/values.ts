import { TYPENAME } from './operation-fields.ts';
import type { TypeTest } from './representations.ts';

/** An object of a subgraph's answer. */
export type Values = Record<string, unknown>;

export const isObject = (value: unknown): value is Values => typeof value === 'object' && value !== null;

/**
 * Puts what another fetch found of the same object into what is known of it. What is parsed from JSON may have an own
 * `__proto__`, which must not be assigned. An object's type stays when the other only knows an interface of it, as
 * subgraphs of interface objects do.
 */
export function mergeInto(target: Values, source: Values, isOfType: TypeTest): void {
  for (const key in source) {
    if (key === '__proto__') continue;
    const value = source[key];
    const known = target[key];
    if (isObject(known) && Object.hasOwn(target, key)) {
      if (value === null) continue;
      if (isObject(value) && Array.isArray(value) === Array.isArray(known)) {
        if (value !== known) mergeInto(known, value, isOfType);
        continue;
      }
    }
    if (key === TYPENAME && typeof value === 'string' && isOfType(known, value)) continue;
    target[key] = value;
  }
}

/** A copy of parsed JSON. */
export function copy<Value>(value: Value): Value {
  if (!isObject(value)) return value;
  if (Array.isArray(value)) return value.map(copy) as Value;
  const copied: Values = {};
  for (const key in value) setOwn(copied, key, copy((value as Values)[key]));
  return copied as Value;
}

/** Sets a member whatever its name: assigned, `__proto__` would become the prototype. */
export function setOwn(object: Values, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else object[name] = value;
}
