import { afterAll, beforeAll, expect, it } from 'vitest';
import { serviceNames } from '../platform/config/config.ts';
import { type System, startSystem } from './harness/system.ts';
import { attack, surfaces } from './schemathesis/run.ts';

/** The short form of `npm run schemathesis`: no answer is a server fault or reveals secrets. */

let system: System;

beforeAll(async () => {
  system = await startSystem('embedded', { services: serviceNames });
});
afterAll(() => system?.stop());

it.each(Object.entries(surfaces))('requests made up after %s', async (_name, surface) => {
  const { cases, failures } = await attack(system, surface, { cases: 200, seed: 1 });
  expect(failures).toEqual([]);
  expect(cases).toBeGreaterThanOrEqual(200);
});
