import { isDeepStrictEqual } from 'node:util';
import type { AuditCase } from './server.ts';

/** A gateway's answer, which may be no GraphQL result. */
export interface AuditAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message?: string }[];
}

export interface AuditResult {
  readonly suite: string;
  /** Index in its suite, from 0. */
  readonly index: number;
  readonly asked: AuditCase;
  readonly answer: AuditAnswer;
  readonly passed: boolean;
}

/** Compares as the audit's own `test.ts` does: data deeply, and whether there are errors, where the case says so. */
export function isRight({ expected }: AuditCase, { data, errors = [] }: AuditAnswer): boolean {
  if (!isDeepStrictEqual(data ?? null, expected.data ?? null)) return false;
  return typeof expected.errors !== 'boolean' || expected.errors === errors.length > 0;
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

function failureText({ suite, index, asked, answer }: AuditResult): string {
  const { data, errors } = asked.expected;
  const wanted = typeof errors === 'boolean' ? `, with${errors ? '' : 'out'} errors` : '';
  return [
    `${suite} ${index}`,
    asked.query.trimEnd().replace(/^\s*\n/, ''),
    `expected${wanted}: ${pretty(data ?? null)}`,
    `got: ${pretty(answer.data ?? null)}`,
    `errors: ${pretty(answer.errors ?? [])}`,
  ].join('\n');
}

/** The report: a line per suite, the failed cases, and the total. */
export function reportOf(results: readonly AuditResult[]): string {
  const suites = [...new Set(results.map(({ suite }) => suite))];
  const width = Math.max(...suites.map(({ length }) => length));
  const lines = suites.map((suite) => {
    const own = results.filter((result) => result.suite === suite);
    const passed = own.filter((result) => result.passed).length;
    const failed = own.flatMap((result) => (result.passed ? [] : [result.index]));
    const which = failed.length > 0 ? `  failed: ${failed.join(', ')}` : '';
    return `${suite.padEnd(width)}  ${passed} of ${own.length}${which}`;
  });
  const failures = results.filter(({ passed }) => !passed).map(failureText);
  return [...failures, lines.join('\n'), totalOf(results)].join('\n\n');
}

export const passedOf = (results: readonly AuditResult[]): number =>
  results.filter(({ passed }) => passed).length;

const totalOf = (results: readonly AuditResult[]): string => `${passedOf(results)} of ${results.length}`;
