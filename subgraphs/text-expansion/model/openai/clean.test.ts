import { describe, expect, it } from 'vitest';
import { cleaned } from './clean.ts';

const source = 'Clouds gathered.';
const text = 'Dark clouds gathered.\n\n“Sure,” he said: it would rain.';

describe('an answer', () => {
  it.each([
    ['as it is', text],
    ['with its thought', `<think>The user wants more.</think>\n\n${text}`],
    ['with an empty thought', `<think>\n\n</think>\n\n${text}`],
    ['with a thought whose tag another name has', `<reasoning depth="2">Hm.\n\nHm.</reasoning>${text}`],
    ['with a thought that the template began', `The user wants more.\n</think>\n\n${text}`],
    ['with the thought of Magistral', `[THINK]Hm.[/THINK]${text}`],
    ['with two thoughts', `<think>a</think>${text.slice(0, 21)}<think>b</think>${text.slice(21)}`],
    [
      'with channels',
      `<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>${text}<|return|>`,
    ],
    ['with ChatML', `<|im_start|>assistant\n${text}<|im_end|>`],
    ['with a turn that it made up', `${text}<|im_end|>\n<|im_start|>user\nMore!<|im_end|>`],
    ['with Llama’s tokens', `<|start_header_id|>assistant<|end_header_id|>\n\n${text}<|eot_id|>`],
    ['with Gemma’s', `<start_of_turn>model\n${text}<end_of_turn>\n`],
    ['with Mistral’s', `[/INST] ${text}</s>`],
    ['with DeepSeek’s', `${text}<｜end▁of▁sentence｜>`],
    ['in a fence', `\`\`\`markdown\n${text}\n\`\`\``],
    ['in tildes', `~~~\n${text}\n~~~`],
    ['announced', `Here is the expanded passage:\n\n${text}`],
    ['announced by SmolLM', `I'll add the passage to my expanded list:\n${text}`],
    ['announced in bold', `**Here’s the text:**\n\n${text}`],
    ['announced in German', `Hier ist der erweiterte Text:\n\n${text}`],
    ['announced in Chinese', `以下是扩写后的段落：\n\n${text}`],
    ['assented to', `Sure! I’d be happy to.\n\n${text}`],
    [
      'assented to and announced',
      `Certainly! Here is the expanded text:\n\n---\n\n${text}\n\n---\n\nLet me know if you want more!`,
    ],
    ['announced and fenced', `Sure! Here is the text:\n\n\`\`\`markdown\n${text}\n\`\`\`<|im_end|>`],
    ['fenced with its announcement', `\`\`\`\nHere is the expanded passage:\n\n${text}\n\`\`\``],
    ['fenced before an offer', `\`\`\`\n${text}\n\`\`\`\n\nWould you like me to go on?`],
    ['with a count of its words', `${text}\n\n(Word count: 12)`],
  ])('%s is the text', (_, answer) => {
    expect(cleaned(answer, source)).toEqual({ text });
  });

  it.each([
    ['a thought without an end', `<think>The user wants more. ${text}`],
    ['code', `${text}\n\n\`\`\`js\nlet a;\n\`\`\`\n\nAnd more.`],
    ['an unknown token', `Dark <|vision_start|> clouds.`],
    ['text and a fence beside it', `${text}\n\n\`\`\`\n${text}\n\`\`\``],
  ])('with %s has to be asked for again', (_, answer) => {
    expect(cleaned(answer, source)).toHaveProperty('unusable');
  });

  it.each([
    ['“Here is the letter:” she said.\n\nIt was short.'],
    ['Certainly, the rain had stopped.\n\nHe rose.'],
    ['Let me know, he thought.\n\nThen he slept: it was late.'],
    ['Okay, so it was late: very late.'],
    ['She liked <b>him</b> and [him](a) and <thing>.'],
    ['Here is what he saw:\n\nA dog.'],
    ['Here: the river. There: the road.\n\nNobody came.'],
  ])('keeps what is prose: %j', (prose) => {
    expect(cleaned(prose, source)).toEqual({ text: prose });
  });

  it.each([
    ['<think> is a tag', 'So <think> is a tag, and </think> ends it.'],
    ['The token <|im_end|> ends a turn.', 'The token <|im_end|> ends a turn, always.'],
    ['Here is the text: a.\n\nHere is the list:\n\nNothing.', 'Here is the text:\n\nand more.'],
  ])('keeps what is the user’s own: %j', (own, answer) => {
    expect(cleaned(answer, own)).toEqual({ text: answer });
  });
});
