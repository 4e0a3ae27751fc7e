import { execFile } from 'node:child_process';
import { inheritedEnvironment } from '../../platform/config/config.ts';
import { builtFile } from '../../platform/process/paths.ts';
import { services } from '../../platform/testing/services.ts';
import type { Outcome } from './lab/findings.ts';

/** The report of one check, as `--json` prints it. */
export interface Report {
  readonly code: number;
  readonly sentences: readonly {
    readonly id: string;
    readonly level: 'MUST' | 'SHOULD';
    readonly outcome: Outcome;
    readonly seen: readonly string[];
  }[];
}

/** Runs `npm run conformance -- …` on the tests' NATS. @throws with what it said, when it could not begin */
export async function conformance(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Report> {
  const [own, command] = [args.slice(0, args.indexOf('--')), args.slice(args.indexOf('--'))];
  const all = [builtFile('cli/conformance.ts'), ...own, '--json', '--nats', services().natsUrl, ...command];
  const env = { PATH: inheritedEnvironment()['PATH'] ?? '', ...environment };
  const { code, stdout, stderr } = await new Promise<{ code: number; stdout: string; stderr: string }>(
    (resolve) => {
      execFile(process.execPath, all, { env, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      });
    },
  );
  if (code > 1) throw new Error(`The check could not begin:\n${stderr}`);
  return { code, ...(JSON.parse(stdout) as Omit<Report, 'code'>) };
}

/** Sentences that are not kept, with what was seen. */
export const wrongIn = ({ sentences }: Report, level?: 'MUST' | 'SHOULD'): string[] =>
  sentences
    .filter((each) => each.outcome === 'wrong' && (level === undefined || each.level === level))
    .map(({ id, seen }) => `${id}: ${seen.join(' ')}`);
