import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { projectFile } from '../process/paths.ts';
import { errorsPage } from './errors.markdown.ts';
import { errorTable } from './errors.ts';

test('docs/errors.md tells of every code; `npm run codegen` writes it', () => {
  const page = errorsPage();
  expect(readFileSync(projectFile('docs/errors.md'), 'utf8')).toBe(page);
  for (const code of Object.keys(errorTable)) expect(page).toContain(`| \`${code}\` |`);
});

test('every code’s status is one of an error, and its meaning a sentence', () => {
  for (const { status, meaning } of Object.values(errorTable)) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  }
});
