/** An answer without what is not of the text, or why the section has to be asked for again. */
export type Cleaned = { readonly text: string } | { readonly unusable: string };

const thought = '(?:think|thinking|thought|reasoning|reflection|scratchpad)';
const thoughtsBegin = new RegExp(`<${thought}(?:\\s[^<>]*)?>|\\[THINK\\]`, 'gi');
const thoughtsEnd = new RegExp(`</${thought}\\s*>|\\[/THINK\\]`, 'gi');
const thoughtsMark = new RegExp(`</?${thought}(?:\\s[^<>]*)?>|\\[/?THINK\\]`, 'i');

/** Everything before the last channel of gpt-oss is thought. */
const finalChannel = /<\|channel\|>\s*final\s*(?:<\|constrain\|>\w*\s*)?<\|message\|>/gi;
/** Begins a turn: of the chat templates of ChatML, Llama, Gemma, Mistral, Phi, Zephyr and DeepSeek. */
const turnBegins =
  /^\s*(?:<\|im_start\|>\s*(?:assistant)?|<\|start_header_id\|>\s*assistant\s*<\|end_header_id\|>|<start_of_turn>\s*(?:model)?|<\|assistant\|>|<\|start\|>\s*assistant|<｜Assistant｜>|<\|begin_of_text\|>|<｜begin▁of▁sentence｜>|<bos>|<s>|\[\/INST\])/i;
const turnEnds =
  /<\|(?:im_end|im_start|eot_id|eom_id|end_of_text|endoftext|end|return|start|user|assistant|system|start_header_id|end_of_turn|eot)\|>|<(?:end|start)_of_turn>|<｜(?:end▁of▁sentence|User|Assistant)｜>|<\/s>|<eos>|\[\/?INST\]/i;
const anyToken = /<\|[a-z_]{2,30}\|>|<｜[^｜<>\s]{2,30}｜>|<(?:end|start)_of_turn>|\[\/?INST\]/i;

const opener =
  "(?:sure|certainly|of course|absolutely|okay|ok|great|understood|here(?:[’']s| is| are)|below is|the following is|as requested|this is the|i(?:[’']ve| have) (?:expanded|rewritten|written)|i(?:[’']ll| will) (?:add|expand|rewrite)|to expand (?:on )?(?:the|this)|(?:the )?(?:expanded|rewritten|revised) (?:passage|text|version|draft|section|chapter|story)|hier (?:ist|kommt)|gerne|natürlich|voici|bien sûr|aquí (?:está|tienes)|claro|ecco|certo|aqui está|好的|当然|以下是|以下は|はい)";
const announced =
  '(?:passage|text|version|draft|section|chapter|story|scene|expansion|rewrite|fassung|abschnitt|texte|version|testo|texto|pasaje|段落|文本|文章|版本|内容|本文)';
/** One line that announces the text. */
const preamble = new RegExp(
  `^\\*{0,2}(?:(?:sure|certainly|of course|absolutely|okay|great)[!.,]\\s*)?${opener}[^\\n]{0,160}${announced}[^\\n]{0,80}[:：]\\*{0,2}[ \\t]*(?:\\r?\\n[ \\t]*)+`,
  'iu',
);
/** One line that says nothing but yes. */
const assent =
  /^(?:sure|certainly|of course|absolutely|okay|understood|great)(?:[!.]|[!.,] (?:i[’']d|i[’']ll|i can|i will|i would|happy|let[’']s)\b[^\n]{0,200})[ \t]*(?:\r?\n[ \t]*){2,}/iu;
const label =
  /^(?:\*\*|#{1,6} )?(?:expanded|rewritten|revised) (?:passage|text|version|draft|section)(?:\*\*)?:?(?:\*\*)?[ \t]*(?:\r?\n[ \t]*)+/i;
const postscript =
  /(?:\r?\n[ \t]*){2,}(?:let me know\b|please let me know\b|feel free to\b|would you like me\b|is there anything (?:else|specific)\b|i hope this (?:helps|works|meets|expan|version)|(?:\*|_|\()*note: (?:i|this|the (?:expanded|above))\b|(?:\*|_|\(|\[)*word count\b)[^\n]{0,400}\s*$/i;
const longestPostscript = 600;
const fenced = /^(`{3,}|~{3,})[ \t]*(?:markdown|md|text|txt|plaintext)?[ \t]*\r?\n([\s\S]*?)\r?\n?\1[ \t]*$/i;
const fence = /(?:^|\n)[ \t]{0,3}(`{3,}|~{3,})/;
const rule = /^(?:-{3,}|\*{3,}|_{3,})[ \t]*\r?\n|\r?\n(?:-{3,}|\*{3,}|_{3,})[ \t]*$/g;

/** Does `source` itself speak so? Then it is the user's own, and nothing is taken away. */
const isOwn = (pattern: RegExp, source: string): boolean =>
  new RegExp(pattern.source, pattern.flags.replace('g', '')).test(source);

/** Without each stretch from an opening tag to the next closing one, in linear time. */
function withoutWholeThoughts(answer: string): string {
  let left = '';
  let at = 0;
  for (;;) {
    thoughtsBegin.lastIndex = at;
    const begin = thoughtsBegin.exec(answer);
    thoughtsEnd.lastIndex = thoughtsBegin.lastIndex;
    const end = begin && thoughtsEnd.exec(answer);
    if (!end) return left + answer.slice(at);
    left += answer.slice(at, begin.index);
    at = end.index + end[0].length;
  }
}

function withoutThought(answer: string, source: string): string {
  if (isOwn(thoughtsMark, source)) return answer;
  const text = withoutWholeThoughts(answer);
  const last = [...text.matchAll(thoughtsEnd)].at(-1);
  // Its opening tag is a part of some templates' prompts.
  return last ? text.slice(last.index + last[0].length) : text;
}

function withoutTokens(answer: string, source: string): string {
  if (isOwn(anyToken, source)) return answer;
  const channel = [...answer.matchAll(finalChannel)].at(-1);
  let text = channel ? answer.slice(channel.index + channel[0].length) : answer;
  for (let begins = turnBegins.exec(text); begins; begins = turnBegins.exec(text))
    text = text.slice(begins[0].length);
  // What follows is another turn, which the model made up.
  const ends = turnEnds.exec(text);
  return ends ? text.slice(0, ends.index) : text;
}

/** Without the announcement before the text and the offer after it. */
function withoutChat(answer: string, source: string): string {
  let text = answer;
  for (const pattern of [assent, preamble, label]) {
    const found = pattern.exec(text)?.[0];
    if (found && !isOwn(pattern, source) && !source.startsWith(found.trim().slice(0, 20)))
      text = text.slice(found.length);
  }
  const at = Math.max(0, text.length - longestPostscript);
  const end = text.slice(at);
  if (!isOwn(postscript, source.slice(-longestPostscript)))
    text = text.slice(0, at) + end.replace(postscript, '');
  return text === answer ? text : text.trim().replace(rule, '').trim();
}

function withoutFence(answer: string, source: string): string {
  const inside = isOwn(fence, source) ? undefined : fenced.exec(answer)?.[2];
  return inside === undefined || fence.test(inside) ? answer : inside.trim();
}

/**
 * Takes away what a model says around the text: reasoning, tokens of its chat template, an announcement, a fence around
 * the whole. Only what `source`, the text that it was to expand, has nothing of: the rest is the user's own.
 */
export function cleaned(answer: string, source: string): Cleaned {
  let text = withoutThought(answer, source);
  text = withoutTokens(text, source).trim();
  text = withoutFence(withoutChat(text, source), source);
  text = withoutChat(withoutFence(text, source), source);
  const left: readonly (readonly [RegExp, string])[] = [
    [thoughtsMark, 'its reasoning'],
    [anyToken, 'tokens of its chat template'],
    [fence, 'code'],
  ];
  const found = left.find(([pattern]) => pattern.test(text) && !isOwn(pattern, source));
  if (found) return { unusable: `The language model mixed ${found[1]} into its answer.` };
  return { text };
}
