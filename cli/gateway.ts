import { readFile } from 'node:fs/promises';
import closeWithGrace from 'close-with-grace';
import { exitWith, UsageError } from '../platform/process/exit.ts';
import { createLogger } from '../platform/telemetry/logger.ts';
import { gatewayOptions } from './gateway/options.ts';

const STOP_WITHIN_MS = 10_000;
/** Exit code of usage errors; other failures end it with 1. */
const BAD_INPUT = 2;

const readSdl = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = { ENOENT: 'there is no such file', EISDIR: 'it is a folder' }[error.code ?? ''];
    throw new UsageError(`${file} cannot be read: ${why ?? error.message}.`);
  });

/**
 * `npm run gateway -- --supergraph FILE [--port N] [--host ADDRESS] [--planner apollo|hive] [--forward-header NAME]…
 * [--require-token] [--limit NAME=NUMBER]… [--explain]`: serves any supergraph, and nothing else of this system. The file is read
 * again: another supergraph is served without a restart.
 */
try {
  const options = gatewayOptions(process.argv.slice(2));
  const logger = createLogger(options.logLevel);
  const read = () => readSdl(options.supergraph);
  await read();
  // The server takes a second to load: usage errors are reported before.
  const { serveSupergraph } = await import('./gateway/serve.ts');
  const gateway = await serveSupergraph(read, { options, logger });
  closeWithGrace({ delay: STOP_WITHIN_MS, logger: undefined }, async ({ err }) => {
    if (err) logger.fatal({ err }, 'uncaught error');
    await gateway.close();
  });
  console.log(`gateway answers at ${gateway.url}/graphql (subgraphs: ${gateway.subgraphs.join(', ')})`);
} catch (error) {
  exitWith(error, BAD_INPUT);
}
