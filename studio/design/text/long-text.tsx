import { useState } from 'react';
import { Button } from '../controls/button.tsx';
import { Markdown } from './markdown.tsx';
import { count } from './time.tsx';

/** UTF-16 units that are laid out at once: a chapter of any usual length. */
const AT_ONCE = 150_000;

/** Where a part of the text ends: at the last empty line before, so that Markdown stays whole. */
function endOf(text: string, wanted: number): number {
  if (text.length <= wanted) return text.length;
  const line = text.lastIndexOf('\n\n', wanted);
  return line > wanted / 2 ? line : wanted;
}

/** A text of any length as it is read: what would be felt to lay out at once comes when it is asked for. */
export function LongText({ text }: { readonly text: string }) {
  const [parts, setParts] = useState(1);
  const shown: string[] = [];
  let at = 0;
  while (shown.length < parts && at < text.length) {
    const part = text.slice(at, at + endOf(text.slice(at, at + AT_ONCE + 1), AT_ONCE));
    shown.push(part);
    at += part.length;
  }
  return (
    <>
      {shown.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts stay in their place
        <Markdown key={index} text={part} />
      ))}
      {at < text.length ? (
        <Button onClick={() => setParts(parts + 1)}>
          Show more: {count(text.length - at)} of {count(text.length)} characters are left
        </Button>
      ) : null}
    </>
  );
}
