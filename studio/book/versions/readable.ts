/** Where the contents of a compiled book lead to: a line of HTML, which nobody reads. */
const ANCHOR = /^<div id="[\w-]+"><\/div>\n*/m;

/** A chapter's text as it is compiled, without the anchor below its heading. */
export const readable = (compiledText: string): string => compiledText.replace(ANCHOR, '\n');
