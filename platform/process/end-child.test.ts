import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { endChild } from './end-child.ts';

/** A child that runs a script of its own, once it has said so. */
async function running(script: string) {
  const child = spawn(process.execPath, [
    '-e',
    `${script}; setInterval(() => {}, 1_000); console.log('runs')`,
  ]);
  await once(child.stdout, 'data');
  return child;
}

it('lets a child end by itself', async () => {
  const child = await running("process.on('SIGTERM', () => process.exit(3))");
  await endChild(child, 60_000);
  expect(child.exitCode).toBe(3);
  await endChild(child, 60_000);
});

it('kills one that hangs', async () => {
  const child = await running("process.on('SIGTERM', () => {})");
  await endChild(child, 1);
  expect(child.signalCode).toBe('SIGKILL');
});

it('does not wait for one that never ran', async () => {
  const child = spawn('/nowhere/at/all');
  await once(child, 'error');
  await endChild(child, 60_000);
});
