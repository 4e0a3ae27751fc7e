/** The page's style sheet: screens of any size, light and dark, and paper. */
export const STYLE = `:root { color-scheme: light dark; --paper: #fdfcf8; --ink: #1d1b18; --quiet: #5c564c; --line: #cfc8b8; --link: #1d4f72; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #181715; --ink: #e8e3d8; --quiet: #b0a897; --line: #45413a; --link: #9cc8e8; }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 1.125rem/1.6 'Iowan Old Style', Palatino, 'Palatino Linotype', 'Noto Serif', Georgia, serif; hyphens: auto; }
body { max-width: 34em; margin: 0 auto; padding: 0 1.2em 4em; overflow-wrap: break-word; }
a { color: var(--link); }
.skip { position: absolute; inset-inline-start: -100vw; }
.skip:focus { inset-inline-start: 1em; top: 1em; padding: 0.5em; background: var(--paper); }
header { min-height: 80vh; padding: 22vh 0 12vh; text-align: center; }
header h1 { margin: 0; font-size: 2.6rem; line-height: 1.15; font-weight: normal; }
header .cover { display: block; width: 20em; max-width: 100%; height: auto; margin: 0 auto 4em; }
.subtitle { font-size: 1.25rem; font-style: italic; }
.author { width: 14em; max-width: 100%; margin: 2em auto 0; padding-top: 2em; border-top: 1px solid var(--line); font-size: 1.25rem; }
.rights { margin-top: 5em; font-size: 0.85rem; color: var(--quiet); }
nav { margin: 4em 0; }
nav ol { padding: 0; list-style: none; }
nav li { margin: 0.5em 0; }
nav a { text-decoration: none; }
nav a:hover, nav a:focus { text-decoration: underline; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; hyphens: none; break-after: avoid; text-wrap: balance; }
h2 { margin: 5em 0 2.2em; font-size: 1.75rem; font-weight: normal; text-align: center; }
nav h2 { margin: 0 0 1.4em; }
h3 { margin: 2.2em 0 0.8em; font-size: 1.25rem; }
h4, h5, h6 { margin: 1.8em 0 0.6em; font-size: 1.05rem; font-style: italic; font-weight: normal; }
p { margin: 0; }
.chapter h2 + p::first-line { font-variant: small-caps; letter-spacing: 0.03em; }
.chapter p + p { text-indent: 1.4em; }
hr { width: 30%; margin: 2em auto; border: 0; border-top: 1px solid var(--line); }
blockquote { margin: 1.2em 1.6em; }
ul, ol { margin: 1em 0; padding-inline-start: 1.6em; }
dt { font-weight: bold; }
dd { margin: 0 0 0.6em; margin-inline-start: 1.6em; }
pre { margin: 1.2em 0; padding: 0.8em 1em; border: 1px solid var(--line); border-radius: 4px; font-size: 0.85rem; line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; text-align: start; hyphens: none; }
code, kbd, samp { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.88em; hyphens: none; }
pre code { font-size: 1em; }
table { display: block; max-width: 100%; margin: 1.4em 0; overflow-x: auto; border-collapse: collapse; font-size: 0.95rem; }
caption { padding: 0.4em; font-style: italic; }
th, td { padding: 0.35em 0.8em; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
.align-left { text-align: left; }
.align-center { text-align: center; }
.align-right { text-align: right; }
figure { margin: 2em 0; text-align: center; }
img { max-width: 100%; height: auto; }
figcaption { margin-top: 0.5em; font-size: 0.9rem; font-style: italic; color: var(--quiet); }
sup, sub { font-size: 0.75em; line-height: 0; }
a.noteref { padding: 0 0.15em; text-decoration: none; }
.notes { margin-top: 4em; padding-top: 1em; border-top: 1px solid var(--line); }
.notes h3 { margin: 0 0 0.8em; font-size: 1rem; font-style: normal; font-weight: bold; }
.note { margin: 0.6em 0; font-size: 0.92rem; }
:target { scroll-margin-top: 1em; }
.note:target { background: color-mix(in srgb, var(--link) 15%, transparent); }
:lang(ja) .chapter p + p, :lang(zh) .chapter p + p { text-indent: 1em; }
.left-out { margin-top: 5em; padding-top: 1em; border-top: 1px solid var(--line); font-size: 0.9rem; color: var(--quiet); }
.left-out h2 { margin: 0 0 1em; font-size: 1.1rem; text-align: start; }
@media print {
  :root { --paper: #fff; --ink: #000; --quiet: #333; --line: #999; --link: #000; color-scheme: light; }
  @page { margin: 22mm 20mm; }
  html { font-size: 11pt; }
  body { max-width: none; padding: 0; }
  .skip { display: none; }
  header, nav { break-after: page; min-height: 0; }
  .chapter > h2 { break-before: page; margin-top: 25mm; }
  p { orphans: 2; widows: 2; text-align: justify; }
  a { text-decoration: none; }
  table { display: table; overflow: visible; }
  tr, figure, pre { break-inside: avoid; }
}
`;
