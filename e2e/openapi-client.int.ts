import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openApiClient } from '../cli/services/packages.ts';
import { projectFile } from '../platform/process/paths.ts';
import { installedProgram } from './harness/python.ts';
import { type SharedSystem, sharedSystem } from './harness/shared.ts';

/** A client that openapi-typescript generates from the served document, and a program that uses it. */

const SOURCE = projectFile('e2e', 'openapi-client');
const run = promisify(execFile);

let system: SharedSystem;
let folder: string;

beforeAll(async () => {
  await installedProgram(openApiClient, 'openapi-typescript');
  // Below the packages, so that the program can import them.
  folder = await mkdtemp(join(projectFile('.blobgraph', openApiClient.name), 'run-'));
  system = await sharedSystem();
});
afterAll(async () => {
  await system?.leave();
  await rm(folder, { recursive: true, force: true });
});

it('is generated, fits a program by its types, and the program runs', async () => {
  const program = (name: string) => openApiClient.programIn(projectFile('.blobgraph'), name);
  const document = `${system.urls.gateway}/api/v1/openapi.json`;
  await run(program('openapi-typescript'), [document, '--output', join(folder, 'api.ts')]);
  for (const file of ['program.ts', 'tsconfig.json', 'package.json'])
    await copyFile(join(SOURCE, file), join(folder, file));
  const checked = await run(program('tsc'), ['-p', folder]).catch((error: { stdout: string }) => error);
  expect(checked.stdout).toBe('');

  const token = await system.token('generated');
  const { stdout } = await run(process.execPath, [
    join(folder, 'out', 'program.js'),
    system.urls.gateway,
    token,
  ]);
  expect(JSON.parse(stdout)).toEqual({
    same: true,
    read: {
      type: 'chapter_draft',
      title: 'The owl had the night shift.',
      size: expect.any(Number),
      state: expect.stringMatching(/^(PENDING|PROCESSING|COMPLETED)$/),
    },
    listed: 2,
    refused: { code: 'VALIDATION_FAILED', field: 'schema_id', status: 400 },
    missing: 'BLOB_NOT_FOUND',
  });
});
