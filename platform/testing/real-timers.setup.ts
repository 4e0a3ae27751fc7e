import { setTimeout as real } from 'node:timers';
import { afterAll } from 'vitest';

// Test files share a process: timers that one leaves faked would hang the next ones.
afterAll(() => {
  if (globalThis.setTimeout !== real)
    throw new Error('This file leaves `setTimeout` faked: undo spies on it before `vi.useRealTimers()`.');
});
