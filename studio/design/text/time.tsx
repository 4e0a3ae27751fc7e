import { useEffect, useState } from 'react';

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const WHOLE = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** E.g. "3 minutes ago"; a date after a month. */
export function ago(at: string, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1_000;
  if (Math.abs(seconds) > 30 * 86_400) return WHOLE.format(new Date(at));
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? [];
  return unit ? RELATIVE.format(Math.trunc(seconds / size), unit) : 'just now';
}

const TOLD_AGAIN_MS = 30_000;

export function Time({ at }: { readonly at: string }) {
  const [text, setText] = useState(() => ago(at));
  useEffect(() => {
    const tell = () => setText(ago(at));
    tell();
    const timer = setInterval(tell, TOLD_AGAIN_MS);
    return () => clearInterval(timer);
  }, [at]);
  return (
    <time dateTime={at} title={WHOLE.format(new Date(at))}>
      {text}
    </time>
  );
}

const SIZES = [
  ['gigabyte', 1e9],
  ['megabyte', 1e6],
  ['kilobyte', 1e3],
  ['byte', 1],
] as const;

const SIZE_FORMATS = new Map(
  SIZES.map(([unit]) => [
    unit,
    new Intl.NumberFormat('en', {
      style: 'unit',
      unit,
      unitDisplay: unit === 'byte' ? 'long' : 'short',
      maximumSignificantDigits: 3,
    }),
  ]),
);

/** E.g. "12.3 kB", "1 byte". */
export function bytes(size: number | string): string {
  const [unit, each] = SIZES.find(([, least]) => Number(size) >= least) ?? ['byte', 1];
  return SIZE_FORMATS.get(unit)?.format(Number(size) / each) ?? '';
}

/** E.g. "12,345". */
export const count = (number: number): string => number.toLocaleString('en');

/** E.g. "1 blob", "12,345 blobs". */
export const counted = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;
