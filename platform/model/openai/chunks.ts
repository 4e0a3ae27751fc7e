import { z } from 'zod';

/** One event of a streamed answer, or a whole answer, whatever shape its server gives it. */
export interface Chunk {
  /** False: nothing of it is of a completion's form. */
  readonly known: boolean;
  /** Without reasoning; empty where there is none. */
  readonly text: string;
  /** The model's words where it declines; null where it does not. */
  readonly refusal: string | null;
  /** `finish_reason` as it is; undefined where the server does not send that member. */
  readonly finish: string | null | undefined;
  /** Tokens of request and answer, where the server counts them. */
  readonly tokens: number | null;
  /** The model as the server names it. */
  readonly model: string | null;
  /** True where the server tells of an error. */
  readonly failed: boolean;
}

const lenient = <Type extends z.ZodType>(type: Type) => type.nullish().catch(undefined);

const part = z.union([z.string(), z.object({ type: lenient(z.string()), text: lenient(z.string()) })]);

/** Reasoning has members of its own (`reasoning_content`, `reasoning`), which are not read. */
const said = z.object({
  content: z
    .union([z.string(), z.array(part.catch('')), part])
    .nullish()
    .catch(undefined),
  refusal: lenient(z.string()),
});

const choice = z.object({
  delta: lenient(said),
  message: lenient(said),
  finish_reason: lenient(z.string()),
});

const count = lenient(z.number().int().nonnegative());

const chunk = z.object({
  model: lenient(z.string()),
  choices: lenient(z.array(choice.nullish().catch(undefined))),
  usage: lenient(z.object({ total_tokens: count, prompt_tokens: count, completion_tokens: count })),
  error: z.unknown().optional(),
  object: lenient(z.string()),
  detail: z.unknown().optional(),
});

type Part = z.infer<typeof part>;

const spoken = (type: string | null | undefined): boolean => type == null || /^(output_)?text$/.test(type);

const textOfPart = (content: Part): string => {
  if (typeof content === 'string') return content;
  return spoken(content.type) ? (content.text ?? '') : '';
};

function textOf(content: string | Part | readonly Part[] | null | undefined): string {
  if (content == null) return '';
  return Array.isArray(content) ? content.map(textOfPart).join('') : textOfPart(content as Part);
}

function tokensOf(usage: z.infer<typeof chunk>['usage']): number | null {
  if (!usage) return null;
  if (usage.total_tokens != null) return usage.total_tokens;
  const { prompt_tokens: read, completion_tokens: written } = usage;
  return read == null || written == null ? null : read + written;
}

/**
 * Reads a chunk as OpenAI has it and as others send it: without `choices` or with `null` in their place, content as a
 * list of parts, usage without a total. @throws Error when it is no JSON, or not an object
 */
export function readChunk(json: string): Chunk {
  const { model, choices, usage, error, object, detail } = chunk.parse(JSON.parse(json));
  const first = choices?.[0];
  const words = first?.delta ?? first?.message;
  const failed = (error != null && error !== false && error !== '') || object === 'error' || detail != null;
  return {
    known: choices !== undefined || usage != null || failed,
    text: textOf(words?.content),
    refusal: words?.refusal || null,
    finish: first?.finish_reason,
    tokens: tokensOf(usage),
    model: model || null,
    failed,
  };
}
