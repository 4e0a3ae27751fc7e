import { describe, expect, it } from 'vitest';
import { partsOf } from './sections.ts';

/** Parts as title, text before the body, body, text after it. */
const seen = (text: string, maxTokens = 1_000) =>
  partsOf(text, maxTokens).map(({ title, start, length, bodyStart, bodyLength }) => [
    title,
    text.slice(start, bodyStart),
    text.slice(bodyStart, bodyStart + bodyLength),
    text.slice(bodyStart + bodyLength, start + length),
  ]);

const code = '```js\nlet a;\n\nlet b;\n```\n\n';
const table = 'a | b\n--- | ---\n1 | 2\n\n';
const list = '- one\n- two\n\n';

describe('the parts of a text', () => {
  it('show the model only prose', () => {
    expect(
      seen(`# One\n\n${table}He came.\n\nHe saw.\n\n${code}${list}He went.\n\n## Two\n\n${list}`),
    ).toEqual([
      ['One', `# One\n\n${table}`, 'He came.\n\nHe saw.', `\n\n${code}${list}`],
      ['One', '', 'He went.', '\n\n'],
      ['Two', `## Two\n\n${list}`, '', ''],
    ]);
  });

  it('keep a line that announces a list with the list', () => {
    expect(seen(`He came.\n\nHe brought:\n\n${list}`)).toEqual([
      [null, '', 'He came.', `\n\nHe brought:\n\n${list}`],
    ]);
  });

  it('never split kept content, however long', () => {
    const long = `\`\`\`\n${'let a; '.repeat(2_000)}\n\`\`\`\n`;
    expect(seen(`He came.\n\n${long}`, 20)).toEqual([[null, '', 'He came.', `\n\n${long}`]]);
  });

  it('are at most as long as the model allows', () => {
    const text = `${'He came home late. '.repeat(100)}\n\n${'She saw it. '.repeat(20)}`;
    for (const [, , body = ''] of seen(text, 50)) expect(body?.length).toBeLessThanOrEqual(200);
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n\n \n'],
    ['a heading', '# Alone'],
    ['code', code],
    ['verse', 'The curfew tolls\nThe knell of day\n'],
    ['an open fence', `He came.\n\n\`\`\`\nlet a;\n\nHe went.`],
    ['Windows’ line ends', `# One\r\n\r\nHe came.\r\n\r\n- a\r\n- b\r\n\r\nHe went.\r\n`],
    ['all', `\n${table}# One\n## Two\n\nHe.\n${code}${list}She.\n\n\n`],
  ])('tile it: %s', (_, text) => {
    for (const maxTokens of [5, 1_000])
      expect(
        seen(text, maxTokens)
          .map((part) => part.slice(1).join(''))
          .join(''),
      ).toBe(text);
  });
});
