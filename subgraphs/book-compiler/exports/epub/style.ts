/** The book's style sheet. Sets no font, size or colour: in reading systems users choose them. */
export const STYLE = `@namespace epub "http://www.idpf.org/2007/ops";
html { -epub-hyphens: auto; hyphens: auto; }
body { margin: 0 4%; font-family: serif; line-height: 1.4; orphans: 2; widows: 2; }
p { margin: 0; text-indent: 1.3em; text-align: justify; }
h1 + p, h2 + p, h3 + p, h4 + p, h5 + p, h6 + p, hr + p, figure + p, table + p, pre + p, ul + p, ol + p,
blockquote + p, dl + p, blockquote > p:first-child, div > p:first-child, aside > p:first-child,
li > p:first-child, dd > p:first-child, td > p:first-child, th > p:first-child { text-indent: 0; }
h1, h2, h3, h4, h5, h6 { line-height: 1.2; text-align: start; font-weight: bold; hyphens: none; -epub-hyphens: none;
  page-break-after: avoid; break-after: avoid; page-break-inside: avoid; break-inside: avoid; }
h1.chapter-title { margin: 18% 0 12%; font-size: 1.6em; font-weight: normal; text-align: center; }
h2 { margin: 2em 0 0.8em; font-size: 1.25em; }
h3 { margin: 1.6em 0 0.6em; font-size: 1.1em; font-style: italic; font-weight: normal; }
h4, h5, h6 { margin: 1.4em 0 0.5em; font-size: 1em; font-style: italic; font-weight: normal; }
hr { width: 30%; margin: 1.6em auto; border: 0; border-top: 1px solid currentColor; opacity: 0.5; }
blockquote { margin: 1em 5%; }
ul, ol { margin: 0.8em 0; padding: 0; padding-inline-start: 1.6em; }
li p { text-indent: 0; }
dl { margin: 0.8em 0; }
dt { font-weight: bold; }
dd { margin: 0 0 0.5em; margin-inline-start: 1.6em; }
pre { margin: 1em 0; padding: 0.6em 0.8em; border: 1px solid currentColor; font-size: 0.8em; line-height: 1.35;
  white-space: pre-wrap; overflow-wrap: anywhere; text-align: start; hyphens: none; -epub-hyphens: none; }
code, kbd, samp { font-family: monospace; font-size: 0.9em; hyphens: none; -epub-hyphens: none; }
pre code { font-size: 1em; }
table { margin: 1em auto; border-collapse: collapse; font-size: 0.9em; }
caption { padding: 0.4em; font-style: italic; }
th, td { padding: 0.3em 0.7em; border-bottom: 1px solid currentColor; text-align: start; vertical-align: top; }
th p, td p { text-indent: 0; text-align: inherit; }
thead th { border-bottom-width: 2px; vertical-align: bottom; }
.align-left { text-align: left; }
.align-center { text-align: center; }
.align-right { text-align: right; }
figure { margin: 1.4em 0; text-align: center; page-break-inside: avoid; break-inside: avoid; }
figcaption { margin-top: 0.4em; font-size: 0.85em; font-style: italic; }
img { max-width: 100%; max-height: 95vh; object-fit: contain; }
sup { font-size: 0.75em; line-height: 0; vertical-align: super; }
sub { font-size: 0.75em; line-height: 0; }
a.noteref, aside.note a { text-decoration: none; }
.chapter-title + p::first-line { font-variant: small-caps; letter-spacing: 0.03em; }
section.notes { margin-top: 3em; border-top: 1px solid currentColor; padding-top: 0.5em; }
.notes-title { margin: 0.8em 0; font-size: 0.9em; font-weight: bold; font-style: normal; }
aside.note { margin: 0.5em 0; font-size: 0.85em; }
aside.note p { text-align: start; }
:lang(ja) p, :lang(zh) p { text-indent: 1em; }
:lang(ja) em, :lang(zh) em, :lang(ko) em { font-style: normal; text-emphasis: filled dot; -epub-text-emphasis-style: filled dot; }
body.cover { margin: 0; padding: 0; text-align: center; }
body.cover img, body.cover svg { width: 100%; height: 100%; max-height: 100vh; object-fit: contain; }
body.title-page { text-align: center; }
body.title-page p { text-indent: 0; text-align: center; }
body.title-page h1 { margin: 30% 0 0; font-size: 2.2em; line-height: 1.15; font-weight: normal; text-align: center; }
.subtitle { margin: 0.6em 0 0; font-size: 1.15em; font-style: italic; }
.author { width: 60%; margin: 2.4em auto 0; padding-top: 2.4em; border-top: 1px solid currentColor; font-size: 1.15em; }
.rights { margin: 6em 0 0; font-size: 0.8em; }
nav ol { padding: 0; list-style: none; }
nav li { margin: 0.55em 0; }
nav a { color: inherit; text-decoration: none; }
nav h1 { margin: 2em 0 1.2em; font-size: 1.4em; font-weight: normal; text-align: center; }
`;
