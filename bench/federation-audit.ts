import { parseArgs } from 'node:util';
import { type GatewayOptions, gatewayOptions } from '../cli/gateway/options.ts';
import { serveSupergraph } from '../cli/gateway/serve.ts';
import { exitWith, UsageError } from '../platform/process/exit.ts';
import { createLogger } from '../platform/telemetry/logger.ts';
import {
  type AuditAnswer,
  type AuditResult,
  isRight,
  passedOf,
  reportOf,
} from './federation-audit/result.ts';
import { type AuditSuite, startAuditServer } from './federation-audit/server.ts';

const ANSWERS_WITHIN_MS = 10_000;

interface Command {
  /** Folder of the audit's clone. */
  readonly dir: string;
  readonly planner: string;
  /** Cases that must pass. Default: all. */
  readonly min?: number;
}

function command(): Command {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      planner: { type: 'string', default: 'apollo' },
      min: { type: 'string' },
    },
  });
  if (!values.dir)
    throw new UsageError('Name a clone of graphql-hive/federation-gateway-audit: --dir CLONE.');
  if (values.min === undefined) return { dir: values.dir, planner: values.planner };
  if (!/^\d{1,4}$/.test(values.min)) throw new UsageError('--min takes a whole number of cases.');
  return { dir: values.dir, planner: values.planner, min: Number(values.min) };
}

async function ask(url: string, query: string): Promise<AuditAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query }),
    signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
  });
  return (await response.json()) as AuditAnswer;
}

/** Runs a suite against a gateway of its own, one case at a time, as some subgraphs count requests. */
async function runSuite(suite: AuditSuite, options: GatewayOptions): Promise<AuditResult[]> {
  const logger = createLogger('silent');
  const gateway = await serveSupergraph(async () => suite.supergraphSdl, { options, logger });
  const results: AuditResult[] = [];
  try {
    for (const [index, asked] of suite.cases.entries()) {
      const answer = await ask(gateway.url, asked.query).catch((error: Error): AuditAnswer => {
        return { errors: [{ message: `No answer: ${error.message}` }] };
      });
      results.push({ suite: suite.name, index, asked, answer, passed: isRight(asked, answer) });
    }
  } finally {
    await gateway.close();
  }
  return results;
}

/**
 * `npm run audit:federation -- --dir CLONE [--planner apollo|hive] [--min N]`: runs the gateway against the federation
 * audit (https://github.com/graphql-hive/federation-gateway-audit). Exits with 1 when fewer cases pass than `--min`;
 * without it, unless all do.
 */
async function main(): Promise<number> {
  const { dir, planner, min } = command();
  const options = gatewayOptions(['--supergraph', dir, '--port', '0', '--planner', planner], {});
  const server = await startAuditServer(dir);
  try {
    const results: AuditResult[] = [];
    for (const name of await server.suiteNames()) {
      results.push(...(await runSuite(await server.suite(name), options)));
    }
    console.log(reportOf(results));
    return passedOf(results) < (min ?? results.length) ? 1 : 0;
  } finally {
    await server.stop();
  }
}

process.exitCode = await main().catch((error: unknown) => exitWith(error, 2));
