import { request as sendHttp } from 'node:http';

/** Segments that are no id of anything. */
export const strangeSegments: readonly string[] = [
  '%00',
  'a%00b',
  '%ff',
  '%c0%af',
  '%ed%a0%80',
  '%',
  '%zz',
  '%e2%82',
  '..%2f..%2f..%2fpackage.json',
  '..%5c..%5cpackage.json',
  '%2e%2e',
  '%2e%2e%2f',
  '.',
  '..',
  '~',
  '~~..',
  '%2f',
  'a%2fb',
  '%0d%0aX-Injected:%201',
  '%25%30%30',
  '%F0%9F%98%80',
  '__proto__',
  'constructor',
  "'%22;--",
  '%7B%22$gt%22:%22%22%7D',
  '9'.repeat(400),
  'x'.repeat(5_000),
];

export interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

/** A GET whose path is sent as it is: `fetch` would make it plain. */
function getRaw(origin: string, path: string, headers: Record<string, string>): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const sent = sendHttp({ hostname, port, path, headers }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(pieces).toString() }),
      );
    });
    sent.on('error', reject).end();
  });
}

/** Tells that a test did not start or build something. */
const AWAY = /service did not answer|is not built/;

/** Answers of a service to strange segments in the place of `:x` that are faults of its own. */
export async function faultsAt(
  origin: string,
  paths: readonly string[],
  headers: Record<string, string>,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const path of paths) {
    for (const segment of strangeSegments) {
      const asked = path.replaceAll(':x', segment);
      const { status, body } = await getRaw(origin, asked, headers);
      const isAway = status === 503 && AWAY.test(body);
      if ((status >= 500 && !isAway) || body.includes('"INTERNAL"'))
        faults.push(`${asked.slice(0, 80)}: ${status} ${body.slice(0, 200)}`);
    }
  }
  return faults;
}
