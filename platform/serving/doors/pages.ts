import { hash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { rangesOf } from './accept.ts';
import { pageHeaders } from './headers.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it stands in HTML, in attributes as well. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/** Whether a browser asks for a page: HTML is named, and nothing of ours is wanted more. */
export function wantsPage(accept: string | undefined): boolean {
  if (!accept?.includes('text/html')) return false;
  const [first] = rangesOf(accept);
  return first?.name === 'text/html';
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2430; --paper: #fbfaf7; --line: #d9d5cb; --link: #0b57a4; --soft: #57606d; --good: #1a6b3c; --bad: #9a3412; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e6e1; --paper: #15181d; --line: #353b45; --link: #8ab8f0; --soft: #a9b1bd; --good: #7fd1a0; --bad: #f4a875; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: clamp(1.5rem, 6vw, 4rem) 1.25rem; }
h1 { font-size: clamp(1.8rem, 5vw, 2.6rem); line-height: 1.15; letter-spacing: -0.02em; margin: 0 0 0.5rem; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 0.75rem; }
p { margin: 0 0 1rem; }
.lead { color: var(--soft); font-size: 1.15rem; }
a { color: var(--link); text-underline-offset: 0.2em; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; border-radius: 0.25rem; }
ul { list-style: none; margin: 0; padding: 0; }
.doors { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); }
.doors a { display: block; height: 100%; padding: 1rem 1.1rem; border: 1px solid var(--line); border-radius: 0.75rem; text-decoration: none; }
.doors a:hover { border-color: var(--link); }
.doors strong { display: block; text-decoration: underline; text-underline-offset: 0.2em; }
.doors span { color: var(--soft); font-size: 0.95rem; }
.states li { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; padding: 0.4rem 0; border-top: 1px solid var(--line); }
.ok { color: var(--good); }
.lacking { color: var(--bad); }
code { font: 0.92em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
`;

/** A page of our own. `body` is HTML; nothing of the page comes from elsewhere, and it runs no script. */
const pageOf = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;

const HEADERS = {
  ...pageHeaders({ 'style-src': `'sha256-${hash('sha256', STYLE, 'base64')}'`, 'img-src': 'data:' }),
  'cache-control': 'no-store',
};

/** Sends a page, at the status that the reply has. `body` is HTML. */
export const sendPage = (reply: FastifyReply, title: string, body: string): FastifyReply =>
  reply.headers(HEADERS).type('text/html; charset=utf-8').send(pageOf(title, body));
