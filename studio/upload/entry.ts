import type { Details } from './announcement.ts';
import type { ReadFile } from './file.ts';

/** Where a file is on its way. */
export type Stage =
  | { readonly name: 'reading'; readonly progress: number }
  /** Read; its user has not sent it yet. */
  | { readonly name: 'ready' }
  /** To be sent, after others. */
  | { readonly name: 'waiting' }
  | { readonly name: 'announcing' }
  | { readonly name: 'sending'; readonly progress: number }
  /** Sent; the server looks at it. */
  | { readonly name: 'checking' }
  /** Its blob is there. `wasThere`: before this was sent. */
  | { readonly name: 'sent'; readonly blobId: string; readonly wasThere: boolean }
  | Failure;

export interface Failure {
  readonly name: 'failed';
  readonly reason: string;
  /** The detail that is wrong. */
  readonly field?: keyof Details | undefined;
  /** The same file will never do. */
  readonly isFinal: boolean;
}

/** A file that is to be a picture. */
export interface Entry {
  readonly id: string;
  readonly file: File;
  readonly details: Details;
  readonly stage: Stage;
  /** Undefined until it is read. */
  readonly read?: ReadFile | undefined;
  /** Its user has asked for it to be sent. */
  readonly isWanted: boolean;
}

const ON_ITS_WAY = new Set(['announcing', 'sending', 'checking']);

export const isOnItsWay = ({ stage }: Entry): boolean => ON_ITS_WAY.has(stage.name);

/** Whether what is said of it may still be changed. */
export const isOpen = (entry: Entry): boolean => !isOnItsWay(entry) && entry.stage.name !== 'sent';

/** Whether it would be sent, if its user asked for all to be. */
export const isSendable = ({ stage, isWanted }: Entry): boolean =>
  stage.name === 'ready' ||
  (stage.name === 'reading' && !isWanted) ||
  (stage.name === 'failed' && !stage.isFinal);

/** Another of the list, before it, with the same bytes. */
export const twinOf = (entry: Entry, all: readonly Entry[]): Entry | undefined => {
  const sha256 = entry.read?.sha256;
  if (sha256 === undefined) return undefined;
  const before = all.slice(0, all.indexOf(entry));
  return before.find(({ read }) => read?.sha256 === sha256);
};

/** How many of the list are where. */
export function summaryOf(all: readonly Entry[]) {
  const named = (...names: readonly string[]) => all.filter(({ stage }) => names.includes(stage.name)).length;
  return {
    sendable: all.filter(isSendable).length,
    undescribed: all.filter((entry) => isSendable(entry) && entry.details.altText.trim() === '').length,
    underWay: named('waiting', 'announcing', 'sending', 'checking'),
    sent: named('sent'),
    failed: named('failed'),
  };
}
