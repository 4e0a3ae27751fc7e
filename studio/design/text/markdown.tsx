import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { memo, useMemo } from 'react';
import css from './text.module.css';

/** A text as it is read. HTML in it is shown as it is written, and addresses other than of the web are dropped. */
export const Markdown = memo(function Markdown({ text }: { readonly text: string }) {
  const html = useMemo(() => micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml()] }), [text]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: micromark escapes HTML and drops unsafe addresses by default
  return <div className={css['prose']} dangerouslySetInnerHTML={{ __html: html }} />;
});
