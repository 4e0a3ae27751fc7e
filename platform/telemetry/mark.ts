import { appendFileSync } from 'node:fs';
export function mark(what: string, id = ''): void {
  appendFileSync('/tmp/lat.log', `${(performance.timeOrigin + performance.now()).toFixed(2)} ${process.pid} ${what} ${id}\n`);
}
