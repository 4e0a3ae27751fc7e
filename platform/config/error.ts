import { StartersFault } from '../process/exit.ts';

/** The environment is not one to start with: one line a variable, each with the fix. */
export class ConfigError extends StartersFault {
  override readonly name = 'ConfigError';
}
