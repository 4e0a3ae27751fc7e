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
  return unit ? RELATIVE.format(Math.round(seconds / size), unit) : 'just now';
}

export const Time = ({ at }: { readonly at: string }) => (
  <time dateTime={at} title={WHOLE.format(new Date(at))}>
    {ago(at)}
  </time>
);

const BYTES = new Intl.NumberFormat('en', {
  style: 'unit',
  unit: 'byte',
  unitDisplay: 'short',
  notation: 'compact',
});

/** E.g. "12 kB". */
export const bytes = (size: number | string): string => BYTES.format(Number(size)).replace('byte', 'B');

/** E.g. "12,345". */
export const count = (number: number): string => number.toLocaleString('en');
