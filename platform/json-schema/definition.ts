import { isObject } from '../json/is-object.ts';
import { below } from '../json/pointer.ts';
import { isFormat } from './formats.ts';
import { compilePattern, PatternRefused } from './pattern.ts';
import type { ValidationError } from './sentences.ts';

/**
 * Rules for a JSON Schema here. They keep validation linear in the document: no pattern that backtracks,
 * no schema that refers to itself or to one elsewhere, no comparison of every entry with every other.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

export const DRAFT_2020_12 = 'https://json-schema.org/draft/2020-12/schema';
export const MAX_DEFINITION_BYTES = 64 * 1024;
/** Bytes, as JSON, of the definitions whose validators a process keeps; a validator takes some times as much. */
export const KEPT_DEFINITION_BYTES = 8 * 1024 * 1024;
const MAX_DEFINITION_DEPTH = 32;
/** Schemas that one value may be held to, with all `$ref`s followed. */
const MAX_EXPANDED = 2_000;

/** Where a keyword holds schemas. */
export const schemaKeywords: Readonly<Record<string, 'one' | 'list' | 'map'>> = {
  items: 'one',
  contains: 'one',
  additionalProperties: 'one',
  propertyNames: 'one',
  unevaluatedItems: 'one',
  unevaluatedProperties: 'one',
  not: 'one',
  if: 'one',
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: 'one',
  else: 'one',
  allOf: 'list',
  anyOf: 'list',
  oneOf: 'list',
  prefixItems: 'list',
  properties: 'map',
  patternProperties: 'map',
  dependentSchemas: 'map',
  $defs: 'map',
};

const plainKeywords = new Set(
  `$ref $comment title description default deprecated readOnly writeOnly examples type enum const multipleOf
   maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems uniqueItems
   maxContains minContains maxProperties minProperties required dependentRequired format contentEncoding
   contentMediaType`.split(/\s+/),
);
const rootKeywords = new Set(['$schema', '$id', '$defs']);
const scalarTypes = new Set(['string', 'number', 'integer', 'boolean', 'null']);

/** As JSON. */
export const definitionBytes = (definition: JsonObject): number =>
  Buffer.byteLength(JSON.stringify(definition));

interface Place {
  readonly pointer: string;
  readonly schema: JsonObject;
}

const problem = (pointer: string, message: string): ValidationError => ({ pointer, message });

/** The schemas directly inside one, by keyword. */
function subschemas({ pointer, schema }: Place): (Place & { keyword: string })[] {
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const shape = Object.hasOwn(schemaKeywords, keyword) ? schemaKeywords[keyword] : undefined;
    const at = below(pointer, keyword);
    if (shape === undefined) return [];
    const members: [string, unknown][] =
      shape === 'one'
        ? [[at, value]]
        : Object.entries(value as object).map(([name, one]) => [below(at, name), one]);
    // A schema may be `true` or `false`, too, which holds nothing.
    return members.flatMap(([place, one]) =>
      isObject(one) ? [{ pointer: place, schema: one, keyword }] : [],
    );
  });
}

/** Faults of any JSON value as a definition, before a schema is looked for in it. */
export function outerProblems(value: unknown, pointer = '', depth = 0): ValidationError[] {
  if (depth > MAX_DEFINITION_DEPTH) {
    return [
      problem(pointer, `A definition may be nested ${MAX_DEFINITION_DEPTH} levels deep, this goes deeper.`),
    ];
  }
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__')) {
    return [problem(pointer, 'A definition may have no member `__proto__`: it would not be held to.')];
  }
  if (typeof value === 'string' && (!value.isWellFormed() || value.includes('\0'))) {
    return [problem(pointer, 'This text holds NUL or half of a surrogate pair. Remove it.')];
  }
  if (typeof value !== 'object' || value === null) return [];
  for (const [name, member] of Object.entries(value)) {
    const inside = outerProblems(name, pointer, depth).concat(
      outerProblems(member, below(pointer, name), depth + 1),
    );
    if (inside.length > 0) return inside;
  }
  return [];
}

/** `maxLength`: of the texts that it is for; `where`: what to set it in. */
function patternProblem(
  pointer: string,
  pattern: string,
  { maxLength, where }: { maxLength: unknown; where: string },
): ValidationError[] {
  try {
    const { maxCharacters } = compilePattern(pattern);
    if ((typeof maxLength === 'number' ? maxLength : Number.POSITIVE_INFINITY) <= maxCharacters) return [];
    const fix = `set ${where} to at most ${maxCharacters}, or use a simpler pattern`;
    return [problem(pointer, `This pattern would take too long on a text of any length: ${fix}.`)];
  } catch (error) {
    if (!(error instanceof PatternRefused)) throw error;
    return [problem(pointer, `This pattern ${error.message}.`)];
  }
}

function keywordProblems({ pointer, schema }: Place): ValidationError[] {
  return Object.keys(schema).flatMap((keyword) => {
    if (keyword.startsWith('x-') || plainKeywords.has(keyword)) return [];
    if (rootKeywords.has(keyword)) {
      return pointer === ''
        ? []
        : [problem(below(pointer, keyword), `\`${keyword}\` may only stand at the top.`)];
    }
    if (Object.hasOwn(schemaKeywords, keyword)) return [];
    return [
      problem(
        below(pointer, keyword),
        `\`${keyword.slice(0, 60)}\` is not a keyword that is supported here. Names of your own start with \`x-\`.`,
      ),
    ];
  });
}

function valueProblems({ pointer, schema }: Place): ValidationError[] {
  const { format, pattern, maxLength, patternProperties, propertyNames, uniqueItems, items } = schema;
  const found: ValidationError[] = [];
  if (typeof format === 'string' && !isFormat(format)) {
    found.push(
      problem(below(pointer, 'format'), `The format \`${format.slice(0, 60)}\` is not supported here.`),
    );
  }
  if (typeof pattern === 'string') {
    found.push(...patternProblem(below(pointer, 'pattern'), pattern, { maxLength, where: '`maxLength`' }));
  }
  const names = {
    maxLength: isObject(propertyNames) ? propertyNames['maxLength'] : undefined,
    where: '`maxLength` of `propertyNames`',
  };
  for (const name of Object.keys(patternProperties ?? {})) {
    found.push(...patternProblem(below(below(pointer, 'patternProperties'), name), name, names));
  }
  const types = isObject(items) ? [items['type']].flat() : [];
  if (uniqueItems === true && !(types.length > 0 && types.every((type) => scalarTypes.has(String(type))))) {
    found.push(
      problem(
        below(pointer, 'uniqueItems'),
        '`uniqueItems` needs `items` with a `type` of text, numbers or booleans.',
      ),
    );
  }
  return found;
}

const REFERENCE = /^#\/\$defs\/([^/]+)$/;

/** The name in `$defs` that a schema refers to. */
export const referenced = (schema: JsonObject): string | undefined => {
  const { $ref } = schema;
  return typeof $ref === 'string'
    ? REFERENCE.exec($ref)?.[1]?.replaceAll('~1', '/').replaceAll('~0', '~')
    : undefined;
};

export const definitionsOf = ({ $defs }: JsonObject): JsonObject => (isObject($defs) ? $defs : {});

function referenceProblems({ pointer, schema }: Place, definitions: JsonObject): ValidationError[] {
  if (schema['$ref'] === undefined) return [];
  const name = referenced(schema);
  if (name !== undefined && Object.hasOwn(definitions, name)) return [];
  return [
    problem(below(pointer, '$ref'), '`$ref` must be `#/$defs/<name>`, with a name that `$defs` holds.'),
  ];
}

function allPlaces(place: Place): Place[] {
  return [place, ...subschemas(place).flatMap(allPlaces)];
}

/** How many schemas a value is held to when every `$ref` is followed; infinite when one leads back to itself. */
function expandedSize(definition: JsonObject): number {
  const definitions = definitionsOf(definition);
  const sizes = new Map<string, number>();
  const sizeOfDefinition = (name: string): number => {
    const known = sizes.get(name);
    if (known !== undefined) return known;
    sizes.set(name, Number.POSITIVE_INFINITY);
    const schema = definitions[name];
    const size = isObject(schema) ? sizeOf(schema) : 1;
    sizes.set(name, size);
    return size;
  };
  const sizeOf = (schema: JsonObject): number => {
    const name = referenced(schema);
    const inside = subschemas({ pointer: '', schema }).filter(({ keyword }) => keyword !== '$defs');
    const own = inside.reduce((sum, place) => sum + sizeOf(place.schema), 1);
    return own + (name === undefined ? 0 : sizeOfDefinition(name));
  };
  // A definition that nothing refers to counts, too: it could only be a mistake.
  return Object.keys(definitions).reduce(
    (most, name) => Math.max(most, sizeOfDefinition(name)),
    sizeOf(definition),
  );
}

function expansionProblems(definition: JsonObject): ValidationError[] {
  const size = expandedSize(definition);
  if (size <= MAX_EXPANDED) return [];
  const message = Number.isFinite(size)
    ? `With every \`$ref\` followed this holds ${size} schemas; ${MAX_EXPANDED} are allowed.`
    : 'A `$ref` leads back to itself: write out as many levels as are needed.';
  return [problem('/$defs', message)];
}

/** Faults of a definition beyond the draft's own schema, which it fits. */
export function innerProblems(definition: JsonObject): ValidationError[] {
  const definitions = definitionsOf(definition);
  const found = allPlaces({ pointer: '', schema: definition }).flatMap((place) => [
    ...keywordProblems(place),
    ...valueProblems(place),
    ...referenceProblems(place, definitions),
  ]);
  return found.length > 0 ? found : expansionProblems(definition);
}
