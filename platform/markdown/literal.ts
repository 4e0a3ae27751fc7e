import { collapsed } from '../text/text.ts';

/** Text escaped as Markdown, on one line. Does not escape what only means something at a line's beginning. */
export const literal = (text: string): string => collapsed(text).replace(/[\\`*_[\]<>&~#^$@{}|]/g, '\\$&');
