import { z } from 'zod';
import { UsageError } from '../../platform/process/exit.ts';

const day = z.iso.date();

/** The time of `--since`, in ISO 8601. @throws UsageError for an invalid date or time, such as February 31st */
export function sinceOf(text: string): string {
  const time = new Date(text);
  if (day.safeParse(text.slice(0, 10)).success && !Number.isNaN(time.getTime())) return time.toISOString();
  throw new UsageError('--since takes a date or time, e.g. 2026-01-31 or 2026-01-31T12:00:00Z.');
}
