import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * The major and minor version that a program reports.
 * @returns undefined when it cannot be run, or is older than `oldest`
 */
export async function versionOf(
  command: string,
  args: readonly string[],
  oldest: readonly [major: number, minor: number],
): Promise<readonly [number, number] | undefined> {
  const output = await promisify(execFile)(command, args).then(
    ({ stdout }) => stdout,
    () => '',
  );
  const [, major, minor] = (/(\d+)\.(\d+)/.exec(output) ?? []).map(Number);
  if (major === undefined || minor === undefined) return undefined;
  const recent = major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
  return recent ? [major, minor] : undefined;
}
