import type { Lab } from '../lab/lab.ts';

/** Checks one sentence of the contract. */
export interface Check {
  /** Number of the sentence, e.g. `E4`. */
  readonly id: string;
  /** @throws Wrong with the observation; Unchecked where the sentence cannot be checked */
  readonly look: (lab: Lab) => Promise<void>;
}

export const check = (id: string, look: Check['look']): Check => ({ id, look });
