const thought = '(?:think|thinking|thought|reasoning|reflection|scratchpad)';
const thoughtsBegin = new RegExp(`<${thought}(?:\\s[^<>]*)?>|\\[THINK\\]`, 'gi');
const thoughtsEnd = new RegExp(`</${thought}\\s*>|\\[/THINK\\]`, 'gi');
/** A tag around a model's reasoning. */
export const thoughtsMark = new RegExp(`</?${thought}(?:\\s[^<>]*)?>|\\[/?THINK\\]`, 'i');

/** Everything before the last channel of gpt-oss is thought. */
const finalChannel = /<\|channel\|>\s*final\s*(?:<\|constrain\|>\w*\s*)?<\|message\|>/gi;
/** Begins a turn: of the chat templates of ChatML, Llama, Gemma, Mistral, Phi, Zephyr and DeepSeek. */
const turnBegins =
  /^\s*(?:<\|im_start\|>\s*(?:assistant)?|<\|start_header_id\|>\s*assistant\s*<\|end_header_id\|>|<start_of_turn>\s*(?:model)?|<\|assistant\|>|<\|start\|>\s*assistant|<｜Assistant｜>|<\|begin_of_text\|>|<｜begin▁of▁sentence｜>|<bos>|<s>|\[\/INST\])/i;
const turnEnds =
  /<\|(?:im_end|im_start|eot_id|eom_id|end_of_text|endoftext|end|return|start|user|assistant|system|start_header_id|end_of_turn|eot)\|>|<(?:end|start)_of_turn>|<｜(?:end▁of▁sentence|User|Assistant)｜>|<\/s>|<eos>|\[\/?INST\]/i;
/** A token of a chat template. */
export const anyToken = /<\|[a-z_]{2,30}\|>|<｜[^｜<>\s]{2,30}｜>|<(?:end|start)_of_turn>|\[\/?INST\]/i;

/** Whether `source` itself speaks so: then it is the user's own, and nothing is taken away. */
export const isOwn = (pattern: RegExp, source: string): boolean =>
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

/** An answer without the reasoning before it, unless `source`, what it was made of, speaks so too. */
export function withoutThought(answer: string, source: string): string {
  if (isOwn(thoughtsMark, source)) return answer;
  const text = withoutWholeThoughts(answer);
  const last = [...text.matchAll(thoughtsEnd)].at(-1);
  // Its opening tag is a part of some templates' prompts.
  return last ? text.slice(last.index + last[0].length) : text;
}

/** An answer without tokens of its chat template and the turns that the model made up after it. */
export function withoutTokens(answer: string, source: string): string {
  if (isOwn(anyToken, source)) return answer;
  const channel = [...answer.matchAll(finalChannel)].at(-1);
  let text = channel ? answer.slice(channel.index + channel[0].length) : answer;
  for (let begins = turnBegins.exec(text); begins; begins = turnBegins.exec(text))
    text = text.slice(begins[0].length);
  // The rest is another turn that the model made up.
  const ends = turnEnds.exec(text);
  return ends ? text.slice(0, ends.index) : text;
}
