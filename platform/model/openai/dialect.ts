/** A part of a message to a model that sees: words, or a picture as a `data:` address. */
export type MessagePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } };

/** A message of a chat. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A message with pictures in it. */
export interface PictureMessage {
  readonly role: 'user';
  readonly content: readonly MessagePart[];
}

type AnyMessage = Message | PictureMessage;

/** The form that an answer is to have. */
export interface AnswerForm {
  /** Letters, digits, underscores and dashes. */
  readonly name: string;
  /** A JSON Schema in which every member is required and none is there beside. */
  readonly schema: object;
}

/** The form in which a server takes a request. */
export interface Dialect {
  /** Whether it takes `stream_options`, which have it count tokens. */
  readonly streamOptions: boolean;
  /** Whether it takes the role `system`; else the user's first message begins with the instructions. */
  readonly systemRole: boolean;
  /** The member that bounds its answer's tokens. */
  readonly limit: 'max_tokens' | 'max_completion_tokens' | null;
  /** How the server is told the form of the answer; null: in the prompt only. */
  readonly form: 'json_schema' | 'json_object' | null;
}

/** The form that most servers take. */
export const usualDialect: Dialect = {
  streamOptions: true,
  systemRole: true,
  limit: 'max_tokens',
  form: 'json_schema',
};

export interface Asked {
  readonly model: string;
  readonly messages: readonly AnyMessage[];
  /** The answer's tokens at most. Default: the server's. */
  readonly maxTokens?: number | undefined;
  /** Default: any. */
  readonly form?: AnswerForm | undefined;
  /** Members of the body beside ours. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

const partsOf = (content: AnyMessage['content']): readonly MessagePart[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;

/** One message of the user's, of the instructions and what follows. */
const joined = (one: AnyMessage['content'], other: AnyMessage['content']): AnyMessage =>
  typeof one === 'string' && typeof other === 'string'
    ? { role: 'user', content: `${one}\n\n${other}` }
    : { role: 'user', content: [...partsOf(one), ...partsOf(other)] };

/** Chat templates without a system role want the roles to take turns. */
function withoutSystem([first, second, ...rest]: readonly AnyMessage[]): readonly AnyMessage[] {
  if (first?.role !== 'system' || second?.role !== 'user')
    return [first, second, ...rest].filter((message) => message !== undefined);
  return [joined(first.content, second.content), ...rest];
}

const formOf = ({ form: kind }: Dialect, form: AnswerForm | undefined): object => {
  if (kind === null || !form) return {};
  const described = kind === 'json_schema' ? { json_schema: { ...form, strict: true } } : {};
  return { response_format: { type: kind, ...described } };
};

/** The body of a request, as JSON has it. */
export function bodyOf(dialect: Dialect, asked: Asked): object {
  const { streamOptions, systemRole, limit } = dialect;
  const { model, messages, maxTokens, extra, form } = asked;
  return {
    ...extra,
    model,
    messages: systemRole ? messages : withoutSystem(messages),
    stream: true,
    ...(streamOptions ? { stream_options: { include_usage: true } } : {}),
    ...(limit && maxTokens !== undefined ? { [limit]: maxTokens } : {}),
    ...formOf(dialect, form),
  };
}

const refused =
  /unsupported|not (?:be )?(?:supported|permitted|allowed|recogni[sz]ed|implemented|accepted|valid|expected)|(?:does|do)(?: not|n['’]t) (?:support|accept|allow)|unrecogni[sz]ed|unknown|unexpected|extra[_ ](?:forbidden|inputs|fields|parameter)|invalid (?:argument|parameter|field|role)|additional propert|roles? must|only user|instead/i;
const system =
  /roles? must alternate|only user(?:,|, and| and| or|\/)? ?assistant|system[ _-]?(?:role|message|prompt|instruction)|developer instruction|role[^.]{0,40}system/i;

const formats = /response[_ ]?format|json[_ ](?:schema|object|mode)|structured[_ ]output|guided|grammar/i;
const nextForm = (form: Dialect['form']): Dialect['form'] => (form === 'json_schema' ? 'json_object' : null);
const nextLimit = (limit: Dialect['limit']): Dialect['limit'] =>
  limit === 'max_tokens' ? 'max_completion_tokens' : null;

/** The dialect after a refusal whose text names what the server does not take; null when it names nothing of ours. */
export function learned(
  dialect: Dialect,
  refusal: string,
  hasLimit: boolean,
  hasForm = false,
): Dialect | null {
  if (hasForm && dialect.form && formats.test(refusal)) return { ...dialect, form: nextForm(dialect.form) };
  if (!refused.test(refusal)) return null;
  if (dialect.streamOptions && /stream[_ ]options|include_usage/i.test(refusal))
    return { ...dialect, streamOptions: false };
  if (hasLimit && dialect.limit && new RegExp(`\\b${dialect.limit}\\b`).test(refusal))
    return { ...dialect, limit: nextLimit(dialect.limit) };
  if (dialect.systemRole && system.test(refusal)) return { ...dialect, systemRole: false };
  return null;
}

/** Dialects to try on a server that refuses without a word of why, each plainer than the one before. */
export function plainer(dialect: Dialect, hasLimit: boolean, hasForm = false): readonly Dialect[] {
  const guesses: Dialect[] = [];
  let last = dialect;
  const add = (change: Partial<Dialect>) => {
    last = { ...last, ...change };
    guesses.push(last);
  };
  if (hasForm && last.form === 'json_schema') add({ form: 'json_object' });
  if (hasForm && last.form) add({ form: null });
  if (last.streamOptions) add({ streamOptions: false });
  if (hasLimit && last.limit === 'max_tokens') add({ limit: 'max_completion_tokens' });
  if (hasLimit && last.limit) add({ limit: null });
  if (last.systemRole) add({ systemRole: false });
  return guesses;
}
