import { isDeepStrictEqual } from 'node:util';
import { below } from '../../json/pointer.ts';
import type { JsonObject } from '../definition.ts';
import type { ValidationError } from '../sentences.ts';
import { compileSchema } from '../validator.ts';
import { inlined } from './inline.ts';
import { conjuncts, isNever, type Known, listOf, typesOf, valuesOf } from './known.ts';
import { type Comparison, rulesByType } from './rules.ts';

/** Far more than ordinary schemas need: enumerations and alternatives are tried one by one. */
const MAX_STEPS = 10_000;
const STEPS_OF_A_COMPILATION = 100;
const MAX_PROBLEMS = 20;

class TooComplex extends Error {
  override readonly name = 'TooComplex';
}

const isLarge = (value: unknown): boolean => typeof value === 'object' && value !== null;

const isOf = (types: readonly string[], type: string): boolean =>
  type === 'any' || types.includes(type) || (type === 'number' && types.includes('integer'));

/** Compares two schemas, within a limit of steps. */
class Comparer {
  /** Version of the older schema, for messages. */
  readonly #version: string;
  #steps = 0;

  constructor(version: string) {
    this.#version = version;
  }

  /** Where `newer` may refuse documents that fit `older`. @throws TooComplex */
  readonly compare: Comparison['compare'] = (older, newer, pointer) => {
    this.#step(1);
    if (Object.keys(newer).length === 0 || older.some(isNever)) return [];
    if (older.some((schema) => isDeepStrictEqual(schema, newer))) return [];
    if (isNever(newer)) return this.#refusal(pointer, 'here, where nothing is allowed');
    const values = valuesOf(older);
    if (values) return this.#areTaken(values, newer) ? [] : this.#refusal(pointer, 'here');
    const { allOf, ...own } = newer;
    const problems = [
      ...this.#compareKeywords({ older, newer: own, pointer, compare: this.compare }),
      ...listOf(allOf).flatMap((schema) => this.compare(older, schema as JsonObject, pointer)),
    ];
    return problems.length > 0 && this.#isTakenInEveryForm(older, newer, pointer) ? [] : problems;
  };

  #step(count: number): void {
    this.#steps += count;
    if (this.#steps > MAX_STEPS) throw new TooComplex();
  }

  #refusal(pointer: string, place: string): ValidationError[] {
    const message = `Documents that fit version ${this.#version} may not fit ${place}.`;
    return [{ pointer, message }];
  }

  #areTaken(values: readonly unknown[], newer: JsonObject): boolean {
    const { enum: listed, ...others } = newer;
    if (Array.isArray(listed) && Object.keys(others).length === 0) {
      const scalars = new Set(listed);
      return values.every(
        (value) =>
          scalars.has(value) || (isLarge(value) && listed.some((one) => isDeepStrictEqual(one, value))),
      );
    }
    this.#step(STEPS_OF_A_COMPILATION);
    const validate = compileSchema(newer);
    return values.every((value) => validate(value).length === 0);
  }

  #compareKeywords(comparison: Comparison): ValidationError[] {
    const { older, newer, pointer } = comparison;
    const types = typesOf(older);
    return Object.entries(rulesByType).flatMap(([type, rules]) =>
      Object.entries(rules).flatMap(([keyword, rule]) => {
        const value = newer[keyword];
        if (value === undefined || !isOf(types, type)) return [];
        const found = rule(value, comparison);
        if (typeof found !== 'boolean') return found;
        return found ? [] : this.#refusal(below(pointer, keyword), `this \`${keyword}\``);
      }),
    );
  }

  /** Whether documents that fit one of several forms are taken in each of them. */
  #isTakenInEveryForm(older: Known, newer: JsonObject, pointer: string): boolean {
    const index = older.findIndex(({ anyOf, oneOf }) => anyOf !== undefined || oneOf !== undefined);
    if (index < 0) return false;
    const { anyOf, oneOf, ...rest } = older[index] ?? {};
    // With both keywords, `oneOf` is left for the next split.
    const others = anyOf !== undefined && oneOf !== undefined ? { ...rest, oneOf } : rest;
    return listOf(anyOf ?? oneOf).every((form) => {
      const known = [...older.toSpliced(index, 1, others), ...conjuncts(form as JsonObject)];
      return this.compare(known, newer, pointer).length === 0;
    });
  }
}

/**
 * Where a version of a schema may refuse documents that fit an older version; none where it takes all of them. Pointers
 * are into the newer definition; at most 20. Both are definitions that `checkDefinition` finds nothing wrong with.
 *
 * It cannot be decided for all schemas: what is not shown to be taken counts as refused, keyword by keyword, as the
 * schema registries of the field have it. A field that is added with a type of its own counts where the older version
 * takes any further fields.
 */
export function incompatibilities(
  older: { readonly version: string; readonly definition: JsonObject },
  newer: JsonObject,
): ValidationError[] {
  try {
    const problems = new Comparer(older.version).compare(
      conjuncts(inlined(older.definition)),
      inlined(newer),
      '',
    );
    const byPlace = new Map(problems.map((problem) => [`${problem.pointer} ${problem.message}`, problem]));
    return [...byPlace.values()].slice(0, MAX_PROBLEMS);
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    const message = `It cannot be shown that this takes every document of version ${older.version}.`;
    return [{ pointer: '', message }];
  }
}
