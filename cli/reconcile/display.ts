import { OUT_OF_REACH } from '../terminal/exit-codes.ts';
import type { Report } from './report.ts';

const left = ({ findings }: Report): number =>
  findings.reduce((sum, { found, repaired }) => sum + found - repaired, 0);

/** 0: index and stores agree. 1: differences are left. 3: a processor could not be checked. */
export function exitCodeOf(report: Report): number {
  if (report.unreachable.length > 0) return OUT_OF_REACH;
  return left(report) > 0 ? 1 : 0;
}

/** Rows with aligned columns, two spaces apart. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, index) => Math.max(cell.length, known[index] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A report as text, for terminals. */
export function tableOf(report: Report): string {
  const { checked, findings, grace_seconds, capped, repair, unreachable } = report;
  const rows = findings.map(({ kind, processor_id, found, repaired, examples: [example = ''] }) => [
    kind,
    processor_id,
    String(found),
    String(repaired),
    example,
  ]);
  const sum = `${checked} blobs and entries older than ${grace_seconds} s: ${left(report) === 0 ? 'nothing is' : `${left(report)} are`} left to repair.`;
  return [
    ...(rows.length > 0
      ? columns([['finding', 'processor', 'found', 'repaired', 'for example'], ...rows])
      : []),
    ...unreachable.map(({ processor_id, reason }) => `${processor_id} was left out. ${reason}`),
    ...(capped ? ['There is more than one pass repairs: run it again.'] : []),
    sum,
    ...(left(report) > 0 && !repair ? ['`npx blobgraph reconcile --repair` repairs what can be.'] : []),
  ].join('\n');
}
