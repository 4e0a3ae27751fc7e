import { TYPENAME } from '../selection/operation-fields.ts';
import type { TypeTest } from './type-test.ts';

/** A parsed JSON object. */
export type Values = Record<string, unknown>;

export const isObject = (value: unknown): value is Values => typeof value === 'object' && value !== null;

/**
 * Merges the fields that another fetch returned into an object. An own `__proto__`, possible in parsed JSON, must not
 * be assigned. A `__typename` is kept when the other fetch only knows an interface of it, as subgraphs with interface
 * objects do.
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

/** A deep copy of parsed JSON. */
export function copy<Value>(value: Value): Value {
  if (!isObject(value)) return value;
  if (Array.isArray(value)) return value.map(copy) as Value;
  const copied: Values = {};
  for (const key in value) setOwn(copied, key, copy((value as Values)[key]));
  return copied as Value;
}

/** Sets a member of any name. Assigning `__proto__` would set the prototype. */
export function setOwn(object: Values, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else object[name] = value;
}
