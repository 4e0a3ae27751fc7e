import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { PdfMessage } from './request.ts';

/** Ends the process when it holds more bytes than allowed: its main thread is inside the compiler and cannot check. */
const EVERY_MS = 50;

setInterval(() => {
  const held = process.memoryUsage.rss();
  if (held <= (workerData as number)) return;
  const message: PdfMessage = { kind: 'failed', reason: 'memory', message: `${held} bytes` };
  writeSync(3, `${JSON.stringify(message)}\n`);
  process.kill(process.pid, 'SIGKILL');
}, EVERY_MS);
