import { type Finding, fine, problem, warning } from './finding.ts';

const MEBIBYTE = 1024 ** 2;
/** A new system takes some 100 MiB. */
const LEAST_FREE_MIB = 200;
const LITTLE_FREE_MIB = 1_024;
/** Tokens are checked to the second, with some seconds of grace. */
const CLOCK_OFF_MS = 5_000;
const CLOCK_WRONG_MS = 60_000;

/** `release`: of Node, e.g. `22.12.0`; `wanted`: of package.json. The command itself starts on no other. */
export const nodeFinding = (release: string, wanted: string): Finding =>
  fine('Node', `${release} (${wanted} are supported)`);

/** Whether the data folder can be written, and the disk has room. `folder`: the one that exists. */
export function diskFinding(disk: {
  readonly folder: string;
  readonly writable: boolean;
  readonly freeBytes: number;
}): Finding {
  const { folder, writable, freeBytes } = disk;
  const free = Math.floor(freeBytes / MEBIBYTE);
  const told = `${folder} has ${free.toLocaleString('en')} MiB free`;
  if (!writable)
    return problem(
      'disk',
      `${folder} cannot be written`,
      'make it yours (chown), or set DATA_DIR to a folder that is.',
    );
  const fix = 'make room, or set DATA_DIR to a folder on another disk.';
  if (free < LEAST_FREE_MIB) return problem('disk', told, fix);
  return free < LITTLE_FREE_MIB ? warning('disk', told, fix) : fine('disk', told);
}

/** `otherMs`: the time of a server, or undefined where none tells it. */
export function clockFinding(
  ownMs: number,
  other: { readonly ms: number; readonly of: string } | undefined,
): Finding {
  const own = new Date(ownMs).toISOString();
  const ago = Date.UTC(2026, 0, 1);
  const fix =
    'set the clock, e.g. by `timedatectl set-ntp true`: tokens and signed addresses are good for a time.';
  if (ownMs < ago) return problem('clock', `it says ${own}, which is past`, fix);
  if (!other) return fine('clock', `${own}; no server runs to compare it with`);
  const off = Math.abs(ownMs - other.ms);
  const told = `${Math.round(off / 1_000)} s from that of ${other.of}`;
  if (off > CLOCK_WRONG_MS) return problem('clock', told, fix);
  return off > CLOCK_OFF_MS ? warning('clock', told, fix) : fine('clock', told);
}
