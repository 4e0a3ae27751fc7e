import { isDeepStrictEqual } from 'node:util';
import { below } from '../../json/pointer.ts';
import type { JsonObject } from '../definition.ts';
import { compileSchema } from '../validator.ts';
import { type Incompatibility, ruleOf, verdictOf } from './incompatibility.ts';
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

/** The work that several comparisons may take together. */
export class ComparisonBudget {
  #steps = 0;

  /** @throws TooComplex */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw new TooComplex();
  }
}

/** Versions of a schema that are compared, for messages. */
interface Names {
  readonly older: string;
  /** Named where the places are not in the definition that is looked at. */
  readonly newer?: string;
}

/** Compares two schemas, within a limit of steps. */
class Comparer {
  readonly #names: Names;
  readonly #budget: ComparisonBudget;

  constructor(names: Names, budget: ComparisonBudget) {
    this.#names = names;
    this.#budget = budget;
  }

  /** Where `newer` may refuse documents that fit `older`. @throws TooComplex */
  readonly compare: Comparison['compare'] = (older, newer, pointer) => {
    this.#budget.spend(1);
    if (Object.keys(newer).length === 0 || older.some(isNever)) return [];
    if (older.some((schema) => isDeepStrictEqual(schema, newer))) return [];
    if (isNever(newer)) return this.#refusal(pointer, 'here, where nothing is allowed', 'NOTHING_ALLOWED');
    const values = valuesOf(older);
    if (values) return this.#areTaken(values, newer) ? [] : this.#refusal(pointer, 'here', 'ENUM_NARROWED');
    const { allOf, ...own } = newer;
    const problems = [
      ...this.#compareKeywords({ older, newer: own, pointer, compare: this.compare }),
      ...listOf(allOf).flatMap((schema) => this.compare(older, schema as JsonObject, pointer)),
    ];
    return problems.length > 0 && this.#isTakenInEveryForm(older, newer, pointer) ? [] : problems;
  };

  #refusal(
    pointer: string,
    place: string,
    rule: string,
    verdict: Incompatibility['verdict'] = 'INCOMPATIBLE',
  ): Incompatibility[] {
    const { older, newer } = this.#names;
    const of = newer === undefined ? '' : ` of version ${newer}`;
    return [
      { pointer, rule, verdict, message: `Documents that fit version ${older} may not fit ${place}${of}.` },
    ];
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
    this.#budget.spend(STEPS_OF_A_COMPILATION);
    const validate = compileSchema(newer);
    return values.every((value) => validate(value).length === 0);
  }

  #compareKeywords(comparison: Comparison): Incompatibility[] {
    const { older, newer, pointer } = comparison;
    const types = typesOf(older);
    return Object.entries(rulesByType).flatMap(([type, rules]) =>
      Object.entries(rules).flatMap(([keyword, rule]) => {
        const value = newer[keyword];
        if (value === undefined || !isOf(types, type)) return [];
        const found = rule(value, comparison);
        if (typeof found !== 'boolean') return found;
        if (found) return [];
        const verdict = verdictOf(keyword, older, newer);
        return this.#refusal(below(pointer, keyword), `this \`${keyword}\``, ruleOf(keyword), verdict);
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
 *
 * `name`: of the newer version, where messages are to name it. `budget`: shared by comparisons that belong together.
 */
export function incompatibilities(
  older: { readonly version: string; readonly definition: JsonObject },
  newer: JsonObject,
  { name, budget = new ComparisonBudget() }: { name?: string; budget?: ComparisonBudget } = {},
): Incompatibility[] {
  const names = { older: older.version, ...(name === undefined ? {} : { newer: name }) };
  try {
    const comparer = new Comparer(names, budget);
    const problems = comparer.compare(conjuncts(inlined(older.definition)), inlined(newer), '');
    const byPlace = new Map(problems.map((problem) => [`${problem.pointer} ${problem.message}`, problem]));
    return [...byPlace.values()].slice(0, MAX_PROBLEMS);
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    const which = name === undefined ? 'this' : `version ${name}`;
    const message = `It cannot be shown that ${which} takes every document of version ${older.version}.`;
    return [{ pointer: '', rule: 'TOO_COMPLEX', verdict: 'UNKNOWN', message }];
  }
}
