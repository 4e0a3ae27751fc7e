import { expect, it } from 'vitest';
import { Systems } from './systems.ts';

/** Systems whose processes do as `fails` says, by their number from 1 on; `calls`: what they were told, in order. */
function open(fails: Readonly<Record<number, 'load' | 'start'>> = {}) {
  const calls: string[] = [];
  const said: string[] = [];
  let count = 0;
  const spawn = () => {
    count += 1;
    const number = count;
    const answer = (order: 'load' | 'start') => {
      calls.push(`${order} ${number}`);
      return Promise.resolve(fails[number] !== order);
    };
    return {
      load: () => answer('load'),
      start: () => answer('start'),
      stop() {
        calls.push(`stop ${number}`);
        return Promise.resolve();
      },
    };
  };
  return { systems: new Systems({ spawn, say: (line) => said.push(line) }), calls, said };
}

it('stops what runs when the next is loaded, and starts that once it is gone', async () => {
  const { systems, calls, said } = open();
  await systems.replace();
  await systems.replace();
  expect(calls).toEqual(['load 1', 'start 1', 'load 2', 'stop 1', 'start 2']);
  expect(said).toEqual([expect.stringMatching(/^Started again in /)]);
});

it('keeps what runs when the next cannot be loaded', async () => {
  const { systems, calls, said } = open({ 2: 'load' });
  await systems.replace();
  await systems.replace();
  expect(calls).toEqual(['load 1', 'start 1', 'load 2', 'stop 2']);
  expect(said).toEqual(['Does not load. The last good system runs on.']);
  await systems.replace();
  expect(calls.slice(4)).toEqual(['load 3', 'stop 1', 'start 3']);
});

it('tries again after the next save when one does not start', async () => {
  const { systems, calls } = open({ 1: 'start' });
  await systems.replace();
  await systems.replace();
  expect(calls).toEqual(['load 1', 'start 1', 'load 2', 'start 2']);
});

it('leaves out builds that were overtaken', async () => {
  const { systems, calls } = open();
  await Promise.all([systems.replace(), systems.replace(), systems.replace()]);
  expect(calls).toEqual(['load 1', 'start 1']);
});

it('ends all of its processes', async () => {
  const { systems, calls } = open();
  await systems.replace();
  await systems.stop();
  expect(calls).toEqual(expect.arrayContaining(['stop 1', 'stop 2']));
});
