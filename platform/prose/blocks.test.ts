import { describe, expect, it } from 'vitest';
import { type BlockKind, blocksOf } from './blocks.ts';
import { letterBlocks } from './letters.ts';

const kinds = (text: string): [BlockKind, string][] =>
  blocksOf(text).map(({ kind, start, end }) => [kind, text.slice(start, end)]);

describe('blocksOf', () => {
  it.each<[string, string, [BlockKind, string][]]>([
    [
      'headings and paragraphs',
      '# One\nText here.\n\nMore.\n',
      [
        ['heading', '# One'],
        ['prose', 'Text here.'],
        ['prose', 'More.'],
      ],
    ],
    [
      'an underlined heading',
      'One\n===\n\nText.',
      [
        ['heading', 'One\n==='],
        ['prose', 'Text.'],
      ],
    ],
    [
      'a code block with blank lines',
      '```js\na\n\nb\n```\nText.',
      [
        ['kept', '```js\na\n\nb\n```'],
        ['prose', 'Text.'],
      ],
    ],
    [
      'front matter',
      '---\ntitle: x\n\n---\nText.',
      [
        ['kept', '---\ntitle: x\n\n---'],
        ['prose', 'Text.'],
      ],
    ],
    [
      'lists',
      '- one\n- two\n\n1. three',
      [
        ['kept', '- one\n- two'],
        ['kept', '1. three'],
      ],
    ],
    ['a quotation', '> He came.\n> He went.', [['kept', '> He came.\n> He went.']]],
    ['a table', '| a | b |\n|---|---|', [['kept', '| a | b |\n|---|---|']]],
    [
      'verse',
      'The curfew tolls the knell of parting day,\nThe lowing herd winds slowly o’er the lea,',
      [['verse', 'The curfew tolls the knell of parting day,\nThe lowing herd winds slowly o’er the lea,']],
    ],
    [
      'a rule',
      'One.\n\n* * *\n\nTwo.',
      [
        ['prose', 'One.'],
        ['kept', '* * *'],
        ['prose', 'Two.'],
      ],
    ],
    [
      'an indented paragraph',
      '\tHe came home late and said nothing.',
      [['prose', '\tHe came home late and said nothing.']],
    ],
    [
      'blank lines first',
      '\n\nText.',
      [
        ['blank', ''],
        ['prose', 'Text.'],
      ],
    ],
    [
      'a list right after a paragraph',
      'He counted what was left to them that evening, and wrote:\n- one\n- two\n\n  and more of it.\n\nThen he slept.',
      [
        ['prose', 'He counted what was left to them that evening, and wrote:'],
        ['kept', '- one\n- two'],
        ['kept', '  and more of it.'],
        ['prose', 'Then he slept.'],
      ],
    ],
    ['a table without outer lines', 'a | b\n--- | ---\n1 | 2', [['kept', 'a | b\n--- | ---\n1 | 2']]],
    [
      'a table right after a paragraph',
      'Of the ships that came this year, few were seen.\n| a | b |\n|---|---|',
      [
        ['prose', 'Of the ships that came this year, few were seen.'],
        ['kept', '| a | b |\n|---|---|'],
      ],
    ],
    [
      'a comment with blank lines',
      '<!-- one\n\ntwo -->\nText.\n\n<!-- x -->\n\nMore.',
      [
        ['kept', '<!-- one\n\ntwo -->'],
        ['prose', 'Text.'],
        ['kept', '<!-- x -->'],
        ['prose', 'More.'],
      ],
    ],
    [
      'mathematics and preformatted text',
      '$$\nx\n\ny\n$$\n\n<pre>\na\n\nb\n</pre>\n\nText.',
      [
        ['kept', '$$\nx\n\ny\n$$'],
        ['kept', '<pre>\na\n\nb\n</pre>'],
        ['prose', 'Text.'],
      ],
    ],
    [
      'lines that end with CR alone',
      '# One\rText here.\r\rMore.\r',
      [
        ['heading', '# One'],
        ['prose', 'Text here.'],
        ['prose', 'More.'],
      ],
    ],
    [
      'a longer fence around a shorter one',
      '~~~~\n~~~\n\n~~~~\nText.',
      [
        ['kept', '~~~~\n~~~\n\n~~~~'],
        ['prose', 'Text.'],
      ],
    ],
    ['nothing', '', []],
  ])('%s', (_, text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });

  it('takes wrapped lines as one paragraph', () => {
    const text =
      'The old man had walked a long way before he came to\nthe river, and there he sat down to rest a little.';
    expect(kinds(text)).toEqual([['prose', text]]);
  });

  it('takes each line as a paragraph where lines are sentences', () => {
    const lines = [
      'The old man had walked a long way before he rested.',
      'Nobody knew how far it was, and nobody asked him that.',
    ];
    expect(kinds(lines.join('\r\n'))).toEqual(lines.map((line) => ['prose', line]));
  });

  it('tiles the text', () => {
    const text = '\n# A\r\n\r\nOne.\n\n\n```\nx\n\n';
    const blocks = blocksOf(text);
    expect(blocks[0]?.start).toBe(0);
    for (const [index, block] of blocks.entries())
      expect(block.next).toBe(blocks[index + 1]?.start ?? text.length);
  });
});

describe('letterBlocks', () => {
  const lettersOf = (...paragraphs: string[]) => {
    const text = paragraphs.join('\n\n');
    return [...letterBlocks(text, blocksOf(text))];
  };

  it('reaches from the greeting to the name', () => {
    expect(lettersOf('He read:', 'Dear Tom,', 'I am well.', 'Yours truly,', 'Ann', 'He smiled.')).toEqual([
      1, 2, 3, 4,
    ]);
  });

  it('is the greeting alone where there is no farewell', () => {
    expect(lettersOf('“Dear Mr. Holmes:—I am anxious to consult you.', 'She paused.')).toEqual([0]);
  });

  it('is not found in talk', () => {
    expect(lettersOf('“My dear Holmes,” said I, “this is too much.”')).toEqual([]);
  });
});
