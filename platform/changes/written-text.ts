import type { Announcement } from './change.ts';

const STRETCH = ['blob_id', 'run.processor_id', 'run.generation', 'run.attempt', 'text.section'];

const textOf = ({ members }: Announcement): string => String(members['text.added'] ?? '');

/** UTF-16 units of the text that an announcement tells of, and a few for the rest. */
export const sizeOf = (announcement: Announcement): number => 100 + textOf(announcement).length;

/** Two announcements in one, where the second goes on from where the first ends; else undefined. */
export function joined(first: Announcement, second: Announcement): Announcement | undefined {
  const [one, other] = [first.members, second.members];
  const text = textOf(first);
  const goesOn = other['text.offset'] === Number(one['text.offset']) + text.length;
  if (!goesOn || STRETCH.some((member) => one[member] !== other[member])) return undefined;
  return { ...second, members: { ...one, 'text.added': text + textOf(second) } };
}
