import { expect, it } from 'vitest';
import { htmlOf } from './markdown-html.ts';

const html = (text: string) => htmlOf(text, 'a-');

it('HTML of a text is shown, not run', () => {
  const shown = html('<img src=x onerror=alert(1)>\n\n<script>alert(1)</script>\n\nso <b>it</b> is');
  expect(shown).not.toMatch(/<(?:img|script|b)\b/);
  expect(shown).toContain('&lt;script&gt;');
});

it.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'JaVaScRiPt:x'])(
  'no link goes to %s',
  (url) => {
    expect(html(`[x](${url}) and ![x](${url})`)).not.toMatch(/href="[^"]/);
  },
);

it('a picture is a link with its words, so that nothing is loaded from elsewhere', () => {
  expect(html('![A "boat" <b>](https://example.com/a.png "Title")')).toBe(
    '<p><a href="https://example.com/a.png">A &quot;boat&quot; &lt;b&gt;</a></p>',
  );
  expect(html('![](https://example.com/a.png)')).toContain('>https://example.com/a.png</a>');
  expect(html('![a](b.png) ![c](d.png)')).not.toContain('<img');
});

it('a box to tick is a sign', () => {
  expect(html('- [x] done\n- [ ] open')).toMatch(/☑ done.*☐ open/s);
  expect(html('- [x] done')).not.toContain('<input');
});

it('footnotes of two texts have different ids', () => {
  const text = 'so[^1]\n\n[^1]: note';
  const ids = (prefix: string) => [...htmlOf(text, prefix).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(ids('a-')).toHaveLength(3);
  expect(ids('a-').filter((id) => ids('b-').includes(id))).toEqual([]);
  // What points at them finds them.
  expect(html(text)).toMatch(/href="#a-fn-1".*aria-describedby="a-label"/s);
});
