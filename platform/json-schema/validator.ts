import {
  _,
  Ajv2020,
  type ErrorObject,
  type FuncKeywordDefinition,
  type ValidateFunction,
} from 'ajv/dist/2020.js';
import { isObject } from '../json/is-object.ts';
import { isMultiple } from '../json/multiple.ts';
import {
  DRAFT_2020_12,
  definitionBytes,
  innerProblems,
  type JsonObject,
  MAX_DEFINITION_BYTES,
  outerProblems,
} from './definition.ts';
import { boundedFormats } from './formats.ts';
import { compilePattern } from './pattern.ts';
import { explain, type ValidationError } from './sentences.ts';

export type { JsonObject } from './definition.ts';
export type { ValidationError } from './sentences.ts';

/**
 * Checks one document, in time linear in its size, and answers its errors: none when it is valid. At most 20,
 * and of a document of more than 2,000 values the first one alone.
 */
export type Validator = (document: unknown) => ValidationError[];

/** Listing every error of a larger document could take more memory than the document by far. */
const MAX_VALUES_FOR_ALL_ERRORS = 2_000;
const MAX_PROBLEMS = 20;

const regExp = Object.assign((pattern: string) => compilePattern(pattern), { code: 'compilePattern' });

/** In place of the library's, which divides doubles: 19.99 would be no multiple of 0.01. */
const multipleOf: FuncKeywordDefinition = {
  keyword: 'multipleOf',
  type: 'number',
  schemaType: 'number',
  compile: (of: number) => (value: number) => isMultiple(value, of),
  error: { message: 'must be a multiple', params: ({ schemaCode }) => _`{multipleOf: ${schemaCode}}` },
};

function createAjv(allErrors: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors,
    // The errors' sentences tell of the schema around them.
    verbose: true,
    // `definition.ts` refuses what is unknown or ignored, and says where.
    strictSchema: false,
    strictTypes: false,
    strictTuples: false,
    strictNumbers: true,
    allowUnionTypes: true,
    inlineRefs: false,
    ownProperties: true,
    logger: false,
    addUsedSchema: false,
    code: { regExp },
  });
  ajv.removeKeyword('multipleOf').addKeyword(multipleOf);
  for (const [name, check] of Object.entries(boundedFormats)) ajv.addFormat(name, check);
  return ajv;
}

const firstError = createAjv(false);
const everyError = createAjv(true);

function compileWith(ajv: Ajv2020, definition: JsonObject): ValidateFunction {
  // Two versions may carry one `$id`, and ajv keeps what it compiled under it.
  const { $id: _, ...schema } = definition;
  // Evaluated members are tracked only for keywords that need it: ajv 8.20 tracks them wrongly beside `patternProperties`.
  ajv.opts.unevaluated = JSON.stringify(schema).includes('"unevaluated');
  const validate = ajv.compile(schema);
  ajv.removeSchema(schema);
  return validate;
}

/** True when `document` holds at most `limit` values, itself included. Looks no further than that. */
function holdsAtMost(document: unknown, limit: number): boolean {
  const open = [document];
  for (let seen = 1; open.length > 0; seen++) {
    const value = open.pop();
    if (seen + open.length > limit) return false;
    if (typeof value === 'object' && value !== null) {
      const members = Array.isArray(value) ? value : Object.values(value);
      if (seen + open.length + members.length > limit) return false;
      open.push(...members);
    }
  }
  return true;
}

/**
 * The validator of a definition that {@link checkDefinition} finds nothing wrong with. Compiling takes
 * milliseconds: keep the result.
 */
export function compileSchema(definition: JsonObject): Validator {
  const quick = compileWith(firstError, definition);
  let thorough: ValidateFunction | undefined;
  const errorsBy = (validate: ValidateFunction, document: unknown) =>
    validate(document) ? [] : explain(validate.errors ?? []);
  return (document) => {
    const errors = errorsBy(quick, document);
    if (errors.length === 0 || !holdsAtMost(document, MAX_VALUES_FOR_ALL_ERRORS)) return errors;
    thorough ??= compileWith(everyError, definition);
    return errorsBy(thorough, document);
  };
}

/** A rule of a definition that a document breaks. Holds nothing of the document. */
export interface BrokenRule {
  /** JSON pointer to the keyword in the definition, with references followed. */
  readonly pointer: string;
  readonly keyword: string;
}

const brokenRule = ({ schemaPath, keyword }: ErrorObject): BrokenRule => ({
  pointer: decodeURIComponent(schemaPath.slice(schemaPath.indexOf('#') + 1)),
  keyword,
});

/** As {@link compileSchema}, for whoever may not see the documents: each rule that one breaks, once, at most 20. */
export function compileRules(definition: JsonObject): (document: unknown) => BrokenRule[] {
  const quick = compileWith(firstError, definition);
  const thorough = compileWith(everyError, definition);
  return (document) => {
    if (quick(document)) return [];
    const validate = holdsAtMost(document, MAX_VALUES_FOR_ALL_ERRORS) ? thorough : quick;
    validate(document);
    const rules = (validate.errors ?? []).slice(0, MAX_VALUES_FOR_ALL_ERRORS).map(brokenRule);
    return [...new Map(rules.map((rule) => [rule.pointer, rule])).values()].slice(0, MAX_PROBLEMS);
  };
}

function draftProblems(definition: JsonObject): ValidationError[] {
  const { $schema } = definition;
  if ($schema !== undefined && $schema !== DRAFT_2020_12) {
    return [
      {
        pointer: '/$schema',
        message: `Schemas are of draft 2020-12: leave \`$schema\` out, or set it to "${DRAFT_2020_12}".`,
      },
    ];
  }
  return everyError.validateSchema(definition) === true ? [] : explain(everyError.errors ?? []);
}

function sizeProblems(definition: JsonObject): ValidationError[] {
  const bytes = definitionBytes(definition);
  if (bytes <= MAX_DEFINITION_BYTES) return [];
  return [
    {
      pointer: '',
      message: `A definition may take ${MAX_DEFINITION_BYTES} bytes as JSON, this takes ${bytes}.`,
    },
  ];
}

function compileProblems(definition: JsonObject): ValidationError[] {
  try {
    compileWith(firstError, definition);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [{ pointer: '', message: `The definition cannot be used: ${reason.slice(0, 200)}.` }];
  }
}

/**
 * Faults of `definition` as a JSON Schema (draft 2020-12) to be registered; empty when it can be.
 * Pointers are into the definition. Beyond the draft: at most 64 KiB, 32 levels, known keywords and formats
 * (names of one's own start with `x-`), patterns of RE2's syntax, with a `maxLength` where they are no small ones, `$ref`
 * to `#/$defs/<name>` alone and never back to itself, `uniqueItems` for lists of text, numbers and booleans.
 */
export function checkDefinition(definition: unknown): ValidationError[] {
  if (!isObject(definition)) return [{ pointer: '', message: 'A definition is a JSON object.' }];
  const checks = [outerProblems, sizeProblems, draftProblems, innerProblems, compileProblems];
  for (const check of checks) {
    const problems = check(definition);
    if (problems.length > 0) return problems.slice(0, MAX_PROBLEMS);
  }
  return [];
}
