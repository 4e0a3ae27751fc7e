import { projectFile } from '../platform/process/paths.ts';
import { chromium } from './services/chromium.ts';
import { StepFailed } from './services/definition.ts';
import { epubcheck } from './services/epubcheck.ts';
import { libreoffice } from './services/libreoffice.ts';
import { type ServerStatus, serviceManager } from './services/manager.ts';
import { minio } from './services/minio.ts';
import { model } from './services/model.ts';
import { mongodb } from './services/mongodb.ts';
import { nats } from './services/nats.ts';
import { openApiClient, pythonProcessor, schemathesis } from './services/packages.ts';
import { pandoc } from './services/pandoc.ts';
import { poppler } from './services/poppler.ts';
import { postgresql } from './services/postgresql.ts';
import { redis } from './services/redis.ts';
import { toxiproxy } from './services/toxiproxy.ts';

const USAGE = `npm run services -- up [server …]|down|status
  up      starts the servers that the tests on real services need, writes their addresses to
          .blobgraph/services.env, and installs what is missing, the tests' browser, proxy, validators, office suite and Schemathesis among it
  up model  starts a small language model, which none but \`npm run test:model\` needs; its server compiles
          for some 10 minutes the first time
  down    stops them; their data stays
  status  tells which of them answer; exits with 1 unless all do`;

const manager = serviceManager({
  definitions: [mongodb, postgresql, nats, minio, redis],
  optional: [model],
  programs: [
    chromium,
    pandoc,
    epubcheck,
    libreoffice,
    poppler,
    toxiproxy,
    pythonProcessor,
    schemathesis,
    openApiClient,
  ],
  folder: projectFile('.blobgraph'),
  say: (message) => console.log(message),
});

function print(servers: readonly ServerStatus[]): void {
  for (const { name, url, pid } of servers)
    console.log(
      url === undefined ? `${name}: not running` : `${name}: 127.0.0.1:${new URL(url).port}, process ${pid}`,
    );
}

async function main(command?: string, ...names: readonly string[]): Promise<number> {
  switch (command) {
    case 'up':
      print(await manager.up(names));
      return 0;
    case 'down':
      await manager.down();
      return 0;
    case 'status': {
      const servers = await manager.status();
      print(servers);
      return servers.every(({ url }) => url !== undefined) ? 0 : 1;
    }
    default:
      console.error(USAGE);
      return 2;
  }
}

try {
  process.exitCode = await main(...process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
