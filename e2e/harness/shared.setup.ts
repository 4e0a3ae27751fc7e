import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { mainJob, type System, startSystem } from './system.ts';

/** Of the main job, and those that change nothing about it unless they are asked. */
const services = [...mainJob, 'image-processor', 'pitch-builder'] as const;

/** A project's shared system: started for the first test file that asks for it, stopped after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { shape } = project.getProvidedContext();
  let starting: Promise<System> | undefined;
  const server = createServer(async (_request, response) => {
    try {
      starting ??= startSystem(shape, { services });
      const { urls, dataDir, environment } = await starting;
      response.end(JSON.stringify({ urls, dataDir, environment }));
    } catch (error) {
      // The next file may have more luck, e.g. on a machine that was busy.
      starting = undefined;
      response.writeHead(500).end(String(error));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  project.provide('shared', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.closeAllConnections();
    server.close();
    // A system that did not start has stopped itself, and the files that asked for it have failed.
    const system = await starting?.catch(() => undefined);
    await system?.stop();
  };
}
