import type { UserError } from '../demo/operation.ts';
import { CommandFailed } from '../terminal/failure.ts';

/** @throws CommandFailed when the graph refused, with each reason: its field, its code and what to do */
export function assertAccepted(what: string, errors: readonly UserError[]): void {
  const [first] = errors;
  if (!first) return;
  const lines = errors.map(
    ({ field, code, message }) => `  ${field === null ? '' : `${field}: `}${message} (${code})`,
  );
  throw new CommandFailed(`${what} was refused:\n${lines.join('\n')}`, first);
}
