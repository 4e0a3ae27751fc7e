import {
  anyToken,
  isOwn,
  thoughtsMark,
  withoutThought,
  withoutTokens,
} from '../../../../platform/model/openai/chat.ts';

/** An answer without chat around the text, or the reason why it is unusable. */
export type Cleaned = { readonly text: string } | { readonly unusable: string };

const opener =
  "(?:sure|certainly|of course|absolutely|okay|ok|great|understood|here(?:[’']s| is| are)|below is|the following is|as requested|this is the|i(?:[’']ve| have) (?:expanded|rewritten|written)|i(?:[’']ll| will) (?:add|expand|rewrite)|to expand (?:on )?(?:the|this)|(?:the )?(?:expanded|rewritten|revised) (?:passage|text|version|draft|section|chapter|story)|hier (?:ist|kommt)|gerne|natürlich|voici|bien sûr|aquí (?:está|tienes)|claro|ecco|certo|aqui está|好的|当然|以下是|以下は|はい)";
const announced =
  '(?:passage|text|version|draft|section|chapter|story|scene|expansion|rewrite|fassung|abschnitt|texte|version|testo|texto|pasaje|段落|文本|文章|版本|内容|本文)';
/** A line that announces the text. */
const preamble = new RegExp(
  `^\\*{0,2}(?:(?:sure|certainly|of course|absolutely|okay|great)[!.,]\\s*)?${opener}[^\\n]{0,160}${announced}[^\\n]{0,80}[:：]\\*{0,2}[ \\t]*(?:\\r?\\n[ \\t]*)+`,
  'iu',
);
/** A line that only agrees. */
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

/** Removes an announcement before the text and an offer after it. */
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
 * Removes what a model adds around the text: reasoning, chat template tokens, an announcement, a fence around the whole.
 * Removes nothing that also occurs in `source`, the user's text.
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
