/** A draft of one of the users. */
export interface Draft {
  /** The user's number. */
  readonly user: number;
  readonly book: string;
  readonly chapter: number;
  readonly content: string;
}

/** A write that is ready to be sent: what its client spends on making it is not measured. */
export interface Write {
  /** Resolves once what it writes is durable. @throws when it was refused */
  send(): Promise<void>;
}

/** Something that drafts are written to. */
export interface Writer {
  /** Makes a user known, with counts that are kept from then on. */
  prepare(user: number): Promise<void>;
  write(draft: Draft): Write;
  /** Resolves once the log has the events of all drafts. */
  drained(): Promise<void>;
  /** Processor time so far of the process that writes. */
  cpuMs(): number;
  close(): Promise<void>;
}

/** Drafts come from this many users in turn. */
export const USERS = 64;

export const userOf = (number: number): string => `writer-${number}`;
