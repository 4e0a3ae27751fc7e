import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { settingsOf } from '../cli/system/all-services.ts';
import { environmentSchema, serviceNames } from '../platform/config/config.ts';
import { secretsOf } from '../platform/config/secrets.ts';
import { projectFile } from '../platform/process/paths.ts';

const page = readFileSync(projectFile('docs/configuration.md'), 'utf8');
const settings = await Promise.all(serviceNames.map(settingsOf));
const variables: Record<string, z.ZodType> = Object.assign({}, environmentSchema.shape, ...settings);

const rows = page.split('\n').filter((line) => line.startsWith('|'));

/** A variable's own row; addresses and keys stand in the row of their service. */
const rowOf = (name: string): string =>
  rows.find((line) => line.startsWith(`| \`${name}\` |`)) ??
  rows.find((line) => line.includes(`\`${name}\``)) ??
  '';

describe('docs/configuration.md', () => {
  it.each(Object.keys(variables))('has %s', (name) => {
    expect(rowOf(name)).not.toBe('');
  });

  it('says what each does, but for addresses and keys', () => {
    const silent = Object.keys(variables).filter((name) => /^\| `[A-Z\d_]+` \| {1,2}\|/.test(rowOf(name)));
    expect(silent).toEqual([]);
  });

  it('has the default of each', () => {
    for (const [name, schema] of Object.entries(variables)) {
      const { data } = schema.safeParse(undefined);
      if (data !== undefined && String(data) !== '') expect(rowOf(name)).toContain(`| \`${data}\` |`);
    }
  });

  it('marks every secret', () => {
    const shapes = [environmentSchema.shape, ...settings];
    for (const name of shapes.flatMap(secretsOf)) expect(rowOf(name), name).toContain('**secret**');
  });
});
