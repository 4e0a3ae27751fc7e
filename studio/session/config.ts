import { createContext, useContext } from 'react';
import type { StudioConfig } from '../../gateway/studio/config.ts';

const context = createContext<StudioConfig | undefined>(undefined);
export const ConfigProvider = context.Provider;

/** The page's settings, as the gateway gave them. */
export function useConfig(): StudioConfig {
  const config = useContext(context);
  if (!config) throw new Error('useConfig needs a ConfigProvider around it');
  return config;
}
