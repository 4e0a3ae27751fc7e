import type { Lab } from '../lab.ts';

/** Looks at one sentence of the contract. */
export interface Check {
  /** The sentence's number. */
  readonly id: string;
  /** @throws Wrong with what was seen, Unchecked where it cannot be looked at */
  readonly look: (lab: Lab) => Promise<void>;
}

export const check = (id: string, look: Check['look']): Check => ({ id, look });
