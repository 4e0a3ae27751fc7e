import { DRAFT_ENDING } from './new-file.ts';

/** The system's codes for files: the fault, and how to mend it. */
const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder. Name one that is there.',
  ENOTDIR: 'a folder on the way is a file. Name a path whose folders are there.',
  EISDIR: 'it is a folder. Name a file.',
  EACCES: 'it is not allowed to you. Change its permissions (chmod), or name another.',
  EPERM: 'it is not allowed to you. Change its owner or permissions, or name another.',
  EROFS: 'it is on a disk that can only be read. Name another.',
  ENOSPC: 'the disk is full. Make room, or name a file on another disk.',
};

/** An error of a file in a sentence that names it and the fix; undefined: it is none. */
export function fileFault(error: unknown): string | undefined {
  const { code = '', path = 'the output' } = error as NodeJS.ErrnoException;
  const fault = Object.hasOwn(FAULTS, code) ? FAULTS[code] : undefined;
  return fault && `${path.replace(DRAFT_ENDING, '')}: ${fault}`;
}
