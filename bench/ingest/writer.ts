/** A draft of one of the users. */
export interface Draft {
  /** The user's number. */
  readonly user: number;
  readonly book: string;
  readonly chapter: number;
  readonly content: string;
}

/** Something that drafts are written to. */
export interface Writer {
  /** Makes a user known, with counts that are kept from then on. */
  prepare(user: number): Promise<void>;
  /** Resolves once the draft is durable. @throws when it was refused */
  write(draft: Draft): Promise<void>;
  /** Resolves once the log has the events of all drafts. */
  drained(): Promise<void>;
  /** Processor time so far of the process that writes. */
  cpuMs(): number;
  close(): Promise<void>;
}

/** Drafts come from this many users in turn. */
export const USERS = 64;

export const userOf = (number: number): string => `writer-${number}`;
