import { readFileSync } from 'node:fs';
import { compileSchema, type JsonObject } from '../../../../platform/json-schema/validator.ts';
import { withoutThought, withoutTokens } from '../../../../platform/model/openai/chat.ts';
import { projectFile } from '../../../../platform/process/paths.ts';
import { storable } from '../../../../platform/text/text.ts';
import type { PitchWords } from '../model.ts';

/** Members of `pitch-v1` that the model writes. */
const WRITTEN = [
  'logline',
  'synopsis',
  'audience',
  'themes',
  'characters',
  'selling_points',
  'comparable_titles',
] as const;

interface Schema extends JsonObject {
  readonly properties: Readonly<Record<string, JsonObject>>;
  readonly required: readonly string[];
}

const pitchSchema = JSON.parse(
  readFileSync(projectFile('schemas', 'pitch-v1', '1.0.0.json'), 'utf8'),
) as Schema;
const properties = Object.fromEntries(WRITTEN.map((name) => [name, pitchSchema.properties[name] ?? {}]));
const validate = compileSchema({
  type: 'object',
  required: WRITTEN.filter((name) => pitchSchema.required.includes(name)),
  properties,
});

/** Keywords that servers with structured output support; others are checked afterwards. */
const KNOWN: ReadonlySet<string> = new Set(['type', 'enum', 'description', 'items', 'properties']);

/** A schema for such servers: every member is required, and no others are allowed. */
function strict(schema: JsonObject): JsonObject {
  const kept = Object.fromEntries(Object.entries(schema).filter(([name]) => KNOWN.has(name)));
  const members = kept['properties'] as Readonly<Record<string, JsonObject>> | undefined;
  const items = kept['items'] as JsonObject | undefined;
  return {
    ...kept,
    ...(items ? { items: strict(items) } : {}),
    ...(members
      ? {
          properties: Object.fromEntries(Object.entries(members).map(([name, each]) => [name, strict(each)])),
          required: Object.keys(members),
          additionalProperties: false,
        }
      : {}),
  };
}

/** The response format for servers with structured output. */
export const answerSchema = {
  name: 'pitch',
  schema: strict({
    type: 'object',
    properties: { ...properties, audience: { ...properties['audience'], type: ['string', 'null'] } },
  }),
};

/** The texts of a pitch, or the answer's mistakes in sentences for the model. */
export type Read = { readonly words: PitchWords } | { readonly mistakes: readonly string[] };

/** The JSON object in an answer: models put reasoning, a fence or a remark around it. */
function objectIn(answer: string): unknown {
  const text = withoutTokens(withoutThought(answer, ''), '');
  const [first, last] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (first < 0 || last < first) return undefined;
  try {
    return JSON.parse(text.slice(first, last + 1), (_key, value: unknown) =>
      typeof value === 'string' ? storable(value).trim() : value,
    );
  } catch {
    return undefined;
  }
}

type Members = Readonly<Record<string, unknown>>;

/** Keeps only members of the schema; missing ones become null. */
function known(value: unknown, schema: JsonObject): unknown {
  const items = schema['items'] as JsonObject | undefined;
  if (Array.isArray(value) && items) return value.map((item) => known(item, items));
  const members = schema['properties'] as Readonly<Record<string, JsonObject>> | undefined;
  if (!members || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(members).map(([name, each]) => [name, known((value as Members)[name] ?? null, each)]),
  );
}

/** Cuts lists to their maximum length: the most important entries come first. */
function shortened(members: Members): Members {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => {
      const most = properties[name]?.['maxItems'];
      return [name, Array.isArray(value) && typeof most === 'number' ? value.slice(0, most) : value];
    }),
  );
}

/** Parses an answer and validates it against `pitch-v1`. */
export function readAnswer(answer: string): Read {
  const found = objectIn(answer);
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    return { mistakes: ['The answer is not one object of JSON.'] };
  const members = shortened(known(found, { properties }) as Members);
  const audience = members['audience'] === '' ? null : members['audience'];
  const { audience: _, ...others } = members;
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null));
  const errors = validate(audience === null ? given : { ...given, audience });
  if (errors.length === 0) return { words: { ...given, audience } as unknown as PitchWords };
  return {
    mistakes: errors.map(({ pointer, message }) => (pointer === '' ? message : `${pointer}: ${message}`)),
  };
}
