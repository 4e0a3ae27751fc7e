import { expect, test } from 'vitest';
import { report, type Stretch } from './report.ts';
import type { Verdict } from './verdict.ts';

const stretch = (ms: number, ownDelayP99: number, gateway: number): Stretch => ({
  samples: Array<number>(100).fill(ms),
  ownDelayP99,
  cores: {
    all: 1.5,
    byProcess: new Map([
      ['gateway', gateway],
      ['events', 0.25],
      ['processors', 0.5],
      ['hostile', 0.1],
    ]),
    waiting: 0.07,
  },
});

const verdict = (what: string, holds: boolean): Verdict => ({ what, found: '1', allowed: '0', holds });

test('tells each attack beside the calm, whose cores were at work, and what fails', () => {
  const during = new Map([['drafts', [stretch(12, 1, 0.4), stretch(12, 3, 0.6)]]]);
  const text = report({ before: stretch(4, 1, 0.2), during }, [
    verdict('memory', true),
    verdict('lost', false),
  ]);
  const cells = (name: string) => text.split('\n').find((line) => line.startsWith(`| ${name} `));
  expect(cells('drafts')).toBe(
    '| drafts | 12.0 | 12.0 | 3.00 | 3.0 | 1.50 | 0.50 | 0.00 | 0.75 | 0.10 | 0.00 | 7 % |',
  );
  expect(cells('lost')).toBe('| lost | 1 | 0 | FAILS |');
  expect(text).toMatch(/VERDICT: FAILS in lost\.$/);
  expect(report({ before: stretch(4, 1, 0.2), during }, [verdict('memory', true)])).toMatch(
    /VERDICT: all of it holds\.$/,
  );
});
