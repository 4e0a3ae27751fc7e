import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { servicePorts } from '../platform/config/config.ts';
import { builtFile } from '../platform/process/paths.ts';

describe('the readiness command', () => {
  let server: Server;
  let offset: number;
  let status: number;
  beforeEach(async () => {
    status = 200;
    server = createServer((request, answer) =>
      answer.writeHead(request.url === '/ready' ? status : 404).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    offset = (typeof address === 'object' && address ? address.port : Number.NaN) - servicePorts.state;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const run = (...args: string[]) =>
    new Promise<{ code: number | null; stderr: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        [builtFile('cli/ready.ts'), ...args],
        { env: { PORT_OFFSET: `${offset}` } },
        (_error, _stdout, stderr) => resolve({ code: child.exitCode, stderr }),
      );
    });

  it('succeeds when the service is ready, and fails when it is not', async () => {
    expect((await run('state')).code).toBe(0);
    status = 503;
    expect((await run('state')).code).toBe(1);
  });

  it('fails when nothing listens, and when the service is not one', async () => {
    expect((await run('schemas')).code).toBe(1);
    const { code, stderr } = await run('stat');
    expect(code).not.toBe(0);
    expect(stderr).toContain('text-expansion');
  });
});
