import { type MouseEvent, memo, useId, useMemo } from 'react';
import { htmlOf } from './markdown-html.ts';
import css from './text.module.css';

/** Fragments are the page's addresses: one that is meant within a text goes to its place, and to no other screen. */
function staysWithin(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
  if (!link) return;
  event.preventDefault();
  const place = document.getElementById(decodeURIComponent(link.getAttribute('href')?.slice(1) ?? ''));
  place?.setAttribute('tabindex', '-1');
  place?.focus();
}

/** A text as it is read. */
export const Markdown = memo(function Markdown({ text }: { readonly text: string }) {
  const id = useId();
  const html = useMemo(() => htmlOf(text, `${id}-`), [text, id]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its links are what is clicked
    // biome-ignore lint/a11y/useKeyWithClickEvents: a link is clicked by its key
    <div
      className={css['prose']}
      onClick={staysWithin}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: HTML is escaped, and unsafe addresses are dropped
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
});
