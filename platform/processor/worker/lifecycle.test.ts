import { describe, expect, it, onTestFinished } from 'vitest';
import type { CanaryDocument } from '../../clients/canary.ts';
import type { ProcessorDocument } from '../../clients/registry.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { assertMayMake } from '../kit/standing.ts';
import { createLifecycle } from './lifecycle.ts';

/** A processor's process, of version 2, and a registry that says what the test has it say. */
function setUp({ asCandidate = false } = {}) {
  const did: string[] = [];
  let found: Partial<ProcessorDocument> | Error | undefined = { status: 'active' };
  let looks = 0;
  const step = (what: string) => async () => void did.push(what);
  const lifecycle = createLifecycle({
    processor: { id: 'p', version: '2' },
    registry: {
      async find() {
        looks += 1;
        if (found instanceof Error) throw found;
        const none = { status_reason: null, retired_versions: [], resting: [], canary: null };
        return found && ({ version: '2', ...none, ...found } as ProcessorDocument);
      },
    },
    worker: {
      start: async (isCandidates) => void did.push(isCandidates ? 'start as candidate' : 'start'),
      pause: step('pause'),
      stop: step('stop'),
    },
    asCandidate,
    silence: step('silence'),
    logger: createLogger('silent'),
    everyMs: 5,
  });
  onTestFinished(() => lifecycle.stop());
  const say = (said: typeof found) => {
    found = said;
  };
  /** Resolves when the registry has been asked several times more. */
  const asked = async () => {
    const from = looks;
    await expect.poll(() => looks).toBeGreaterThan(from + 3);
  };
  return { lifecycle, did, say, asked };
}

it('takes no work while it is paused, and works again when it is resumed', async () => {
  const { lifecycle, did, say, asked } = setUp();
  await lifecycle.start();
  expect(did).toEqual(['start']);
  say({ status: 'paused', status_reason: 'New disks' });
  await expect.poll(() => did).toEqual(['start', 'pause']);
  expect(lifecycle.standing).toMatchObject({ status: 'paused', reason: 'New disks' });
  await asked();
  say({ status: 'active' });
  await expect.poll(() => did).toEqual(['start', 'pause', 'start']);
});

it('that starts during a pause does not begin to work', async () => {
  const { lifecycle, did, say, asked } = setUp();
  say({ status: 'paused' });
  await lifecycle.start();
  await asked();
  expect(did).toEqual([]);
  say({ status: 'active' });
  await expect.poll(() => did).toEqual(['start']);
});

it('holds to what the registry said last while that is away, and works where it never said anything', async () => {
  const { lifecycle, did, say, asked } = setUp();
  say(new Error('away'));
  await lifecycle.start();
  expect(did).toEqual(['start']);
  say(undefined);
  await asked();
  say({ status: 'paused' });
  await expect.poll(() => did).toEqual(['start', 'pause']);
  say(new Error('away'));
  await asked();
  expect(did).toEqual(['start', 'pause']);
});

it.each([
  ['retired', { status: 'retired' as const }],
  ['registered anew without its version', { status: 'active' as const, retired_versions: ['1', '2'] }],
])('of a processor that was %s stops for good, and tells of no result', async (_, said) => {
  const { lifecycle, did, say, asked } = setUp();
  await lifecycle.start();
  say(said);
  await expect.poll(() => did).toEqual(['start', 'stop', 'silence']);
  say({ status: 'active' });
  await asked();
  expect(did).toEqual(['start', 'stop', 'silence']);
  expect(lifecycle.standing.status).toBe('retired');
});

describe('a candidate', () => {
  const canary = { version: '2' } as CanaryDocument;
  const resting = (version: string, why: 'superseded' | 'withdrawn') => ({
    resting: [{ version, why, base_url: 'http://127.0.0.1:9', since: '2026-01-01T00:00:00Z' }],
  });

  it('works as one, also before the registry answers, and finishes what it has in work when it is promoted', async () => {
    const { lifecycle, did, say } = setUp({ asCandidate: true });
    say(new Error('away'));
    await lifecycle.start();
    expect(did).toEqual(['start as candidate']);
    say({ status: 'active', version: '1', canary });
    await expect.poll(() => lifecycle.standing.candidate).toBe('2');
    say({ status: 'active', version: '2', ...resting('1', 'superseded') });
    await expect.poll(() => did).toEqual(['start as candidate', 'pause', 'start']);
  });

  it('gives up what it has in work when it is withdrawn, and works again when it is registered anew', async () => {
    const { lifecycle, did, say, asked } = setUp({ asCandidate: true });
    say({ status: 'active', version: '1', canary });
    await lifecycle.start();
    say({ status: 'active', version: '1', ...resting('2', 'withdrawn') });
    await expect.poll(() => did).toEqual(['start as candidate', 'stop']);
    await asked();
    say({ status: 'active', version: '1', canary });
    await expect.poll(() => did).toEqual(['start as candidate', 'stop', 'start as candidate']);
  });

  it('that starts after it was withdrawn takes nothing', async () => {
    const { lifecycle, did, say, asked } = setUp();
    say({ status: 'active', version: '1', ...resting('2', 'withdrawn') });
    await lifecycle.start();
    await asked();
    expect(did).toEqual([]);
  });

  it('is paused with its processor, and resumed as what it is', async () => {
    const { lifecycle, did, say } = setUp({ asCandidate: true });
    say({ status: 'active', version: '1', canary });
    await lifecycle.start();
    say({ status: 'paused', version: '1', canary });
    await expect.poll(() => did).toEqual(['start as candidate', 'pause']);
    say({ status: 'active', version: '1', canary });
    await expect.poll(() => did).toEqual(['start as candidate', 'pause', 'start as candidate']);
  });
});

it('a version in whose place another was promoted finishes what it has in work, and takes nothing more', async () => {
  const { lifecycle, did, say, asked } = setUp();
  await lifecycle.start();
  const superseded = { version: '2', why: 'superseded', base_url: '', since: '' } as const;
  say({ status: 'active', version: '3', resting: [superseded] });
  await expect.poll(() => did).toEqual(['start', 'pause']);
  await asked();
  expect(did).toEqual(['start', 'pause']);
});

it('what would be made at once is refused by name', () => {
  const refusal = (status: 'active' | 'paused' | 'retired', reason: string | null = null) => {
    try {
      return assertMayMake('p', { status, reason }) ?? 'made';
    } catch (error) {
      return error instanceof BlobgraphError ? [error.code, error.message] : error;
    }
  };
  expect(refusal('active')).toBe('made');
  expect(refusal('paused', 'New disks')).toEqual([
    ...['PROCESSOR_PAUSED', '`p` is paused (New disks). Ask again when it is resumed.'],
  ]);
  expect(refusal('retired')).toEqual(['PROCESSOR_RETIRED', '`p` was retired: it makes nothing any more.']);
});
