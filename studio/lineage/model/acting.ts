import { createContext, useContext } from 'react';
import type { Run } from './blob.ts';

/** Actions on a blob wherever it is shown. */
export interface Acting {
  readonly open: (id: string) => void;
  /** Another lineage: of this blob. */
  readonly centre: (id: string) => void;
  readonly retry: (id: string, runs: readonly Run[]) => void;
  /** A processor's name; its id where that is not known. */
  readonly nameOf: (processorId: string) => string;
}

const context = createContext<Acting | undefined>(undefined);
export const ActingProvider = context.Provider;

export function useActing(): Acting {
  const acting = useContext(context);
  if (!acting) throw new Error('useActing needs an ActingProvider around it');
  return acting;
}
