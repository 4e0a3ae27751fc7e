import { isObject } from '../../json/is-object.ts';
import { definitionsOf, type JsonObject, referenced, schemaKeywords } from '../definition.ts';

/** No document fits it. */
export const NEVER: JsonObject = { not: {} };

/** Keywords that say nothing of what fits. */
const annotations = new Set(
  `$schema $id $defs $comment title description default deprecated readOnly writeOnly examples contentEncoding
   contentMediaType`.split(/\s+/),
);

type Inline = (schema: unknown) => JsonObject;

function inlineValue(keyword: string, value: unknown, inline: Inline): unknown {
  const shape = Object.hasOwn(schemaKeywords, keyword) ? schemaKeywords[keyword] : undefined;
  if (shape === 'one') return inline(value);
  if (shape === 'list') return (value as unknown[]).map(inline);
  if (shape !== 'map') return value;
  return Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, inline(one)]));
}

/**
 * A valid definition as the constraints that it makes: `true` and `false` as objects, what `$ref` names under `allOf`,
 * without annotations.
 */
export function inlined(definition: JsonObject): JsonObject {
  const definitions = definitionsOf(definition);
  const inline: Inline = (schema) => {
    if (!isObject(schema)) return schema === false ? NEVER : {};
    const { $ref, ...own } = schema;
    const constraints = Object.entries(own)
      .filter(([keyword]) => !annotations.has(keyword) && !keyword.startsWith('x-'))
      .map(([keyword, value]) => [keyword, inlineValue(keyword, value, inline)] as const);
    const constrained: Record<string, unknown> = Object.fromEntries(constraints);
    const name = $ref === undefined ? undefined : referenced(schema);
    if (name === undefined) return constrained;
    const target = inline(definitions[name]);
    if (Object.keys(constrained).length === 0) return target;
    return { ...constrained, allOf: [...((constrained['allOf'] ?? []) as JsonObject[]), target] };
  };
  return inline(definition);
}
