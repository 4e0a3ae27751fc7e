import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadConfig } from '../platform/config/config.ts';
import { exitWith, StartersFault } from '../platform/process/exit.ts';
import { projectFile } from '../platform/process/paths.ts';
import { shippedSubgraphs } from '../platform/supergraph/shipped.ts';
import { operatorToken } from './operators/operator.ts';
import { type BaseGraph, committedBase, fileBase, servedBase } from './schema-check/base.ts';
import { givenToken } from './user/connection.ts';

/**
 * `npm run schema:check [-- --against FILE|URL] [--outside FILE] [--allow COORDINATE]…`: whether the subgraphs of this folder
 * compose, and what they change for clients. Against a FILE, a supergraph's text, or by default the commit that this one comes from,
 * every breaking change is refused; against a running system's URL those that operations use which are sent there. What is allowed to
 * break is named by `--allow`, or stands in `gateway/allowed-breaking.txt`, a coordinate a line. Ends with 1 where it is refused.
 */

const ALLOWED = projectFile('gateway', 'allowed-breaking.txt');

/** Coordinates of the file; what follows a `#` is why. */
const allowedInFile = (): string[] =>
  existsSync(ALLOWED)
    ? readFileSync(ALLOWED, 'utf8')
        .split('\n')
        .map((line) => line.replace(/#.*/, '').trim())
        .filter((line) => line !== '')
    : [];

async function baseOf(against: string | undefined): Promise<BaseGraph | undefined> {
  if (against === undefined) return committedBase();
  if (!/^https?:\/\//.test(against)) return fileBase(against);
  const token =
    givenToken() ?? (await operatorToken(loadConfig(), { name: 'schema-check', fields: '`supergraph`' }));
  return servedBase(against.replace(/\/+$/, ''), token);
}

try {
  const { values } = parseArgs({
    options: {
      against: { type: 'string' },
      outside: { type: 'string' },
      allow: { type: 'string', multiple: true },
    },
  });
  const base = await baseOf(values.against);
  // Composition takes a second to load: usage errors are reported before.
  const { outsideSdls, readOutside } = await import('../codegen/outside.ts');
  const { checkSchema } = await import('./schema-check/check.ts');
  const given = values.outside === undefined ? [] : outsideSdls(readOutside(values.outside));
  const named = new Set(given.map(({ name }) => name));
  const outside = [...(base?.outside ?? []).filter(({ name }) => !named.has(name)), ...given];
  const allowed = [...(values.allow ?? []), ...allowedInFile()];
  const { passed, lines } = await checkSchema({ own: shippedSubgraphs(), outside, base, allowed });
  if (!passed) throw new StartersFault(lines.join('\n'));
  for (const line of lines) console.log(line);
} catch (error) {
  exitWith(error);
}
