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
