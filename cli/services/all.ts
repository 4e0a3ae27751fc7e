import { projectFile } from '../../platform/process/paths.ts';
import { chromium } from './chromium.ts';
import { epubcheck } from './epubcheck.ts';
import { libreoffice } from './libreoffice.ts';
import { serviceManager } from './manager.ts';
import { minio } from './minio.ts';
import { model } from './model.ts';
import { mongodb } from './mongodb.ts';
import { nats } from './nats.ts';
import { openApiClient, pythonProcessor, schemathesis } from './packages.ts';
import { pandoc } from './pandoc.ts';
import { poppler } from './poppler.ts';
import { postgresql } from './postgresql.ts';
import { redis } from './redis.ts';
import { toxiproxy } from './toxiproxy.ts';

/** The servers and programs that tests stand on. `say` takes what is told on the way. */
export const testServices = (say: (message: string) => void) =>
  serviceManager({
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
    say,
  });
