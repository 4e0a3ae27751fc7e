import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectFile, projectRoot } from '../../platform/process/paths.ts';
import { type SharedSystem, sharedSystem } from '../harness/shared.ts';
import { type Behind, behindProxy, storeNotes } from './cut.fixture.ts';

const [, sample = ''] =
  /node --input-type=module <<'JS'\n(.*?)\nJS\n/s.exec(readFileSync(projectFile('docs/tour.md'), 'utf8')) ??
  [];

let system: SharedSystem;
let behind: Behind;
let subscriber: ChildProcessByStdio<Writable, Readable, null>;
const titles: string[] = [];

beforeAll(async () => {
  system = await sharedSystem();
  behind = await behindProxy(system);
  const args = ['--input-type=module'];
  const env = { ...system.environment, TOKEN: behind.token() };
  subscriber = spawn(process.execPath, args, { cwd: projectRoot, env, stdio: ['pipe', 'pipe', 'inherit'] });
  expect(sample).toContain('ws://127.0.0.1:8010/graphql');
  subscriber.stdin.end(sample.replace('ws://127.0.0.1:8010/graphql', behind.ws));
  createInterface(subscriber.stdout).on('line', (line) => {
    const { blobChanged } = JSON.parse(line) as { blobChanged: { blob: { title: string } } };
    titles.push(blobChanged.blob.title);
  });
});
afterAll(async () => {
  subscriber?.kill();
  await behind?.proxy.close();
  await system?.leave();
});

it('the subscription of docs/tour.md loses none of 12 changes when the connection is cut', async () => {
  // It receives changes once it has read its live cursor.
  const heard = async () => {
    await storeNotes(behind.user, 'heard');
    return titles.length;
  };
  await expect.poll(heard, { timeout: 60_000, interval: 200 }).toBeGreaterThan(0);
  const numbers = Array.from({ length: 12 }, (_, index) => `${index}`);
  const numbered = () => titles.filter((title) => title !== 'heard');
  await storeNotes(behind.user, ...numbers.slice(0, 5));
  await expect.poll(() => numbered().length, { timeout: 60_000 }).toBe(5);
  behind.proxy.cut();
  await storeNotes(behind.user, ...numbers.slice(5, 9));
  behind.proxy.mend();
  await storeNotes(behind.user, ...numbers.slice(9));
  await expect.poll(() => titles.at(-1), { timeout: 60_000 }).toBe('11');
  expect(numbered()).toEqual(numbers);
});
