import { existsSync, readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { environmentSchema, serviceNames, servicePorts, urlVariable } from '../platform/config.ts';
import { keyVariablesOf } from '../platform/identity/service/settings.ts';
import { projectFile } from '../platform/paths.ts';
import { settingsOf } from './all-services.ts';

const read = (file: string) => readFileSync(projectFile(file), 'utf8');
const readme = read('README.md');

/** The cells of the rows of the table whose first column is called so. */
function rows(firstColumn: string): string[][] {
  const lines = readme.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${firstColumn} |`)) + 2;
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start, start + length).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Variables and their defaults, as the table shows them. */
const withDefaults = (variables: Readonly<Record<string, z.ZodType>>) =>
  Object.entries(variables).map(([name, schema]) => {
    const { data } = schema.safeParse(undefined);
    return [`\`${name}\``, data === undefined ? '' : `\`${data}\``];
  });

describe('README.md', () => {
  it('has every variable of the environment, with its default', async () => {
    const known = withDefaults(environmentSchema.shape);
    const settings = await Promise.all(serviceNames.map(settingsOf));
    const listed = Object.fromEntries(rows('variable').map(([name, byDefault]) => [name, byDefault]));
    // Address and key of a service that joined later need not stand there, nor what a processor alone reads.
    const own = serviceNames.flatMap((name) => [urlVariable(name), ...keyVariablesOf(name)]);
    const addresses = new Set(own.map((variable) => `\`${variable}\``));
    const needed = known.filter(([name]) => !addresses.has(name ?? ''));
    expect(listed).toMatchObject(Object.fromEntries(needed));
    expect(Object.fromEntries([...known, ...settings.flatMap(withDefaults)])).toMatchObject(listed);
  });

  it('has every service with its port', () => {
    const listed = rows('service').map(([name, port]) => [name, Number(port)]);
    expect(listed.length).toBeGreaterThan(6);
    expect(servicePorts).toMatchObject(Object.fromEntries(listed));
  });

  it('calls only scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const called = [...readme.matchAll(/npm run (?:--silent )?([\w:-]+)|`(start:[\w-]+)`/g)];
    expect(called.length).toBeGreaterThan(10);
    for (const [, script, start] of called) expect(Object.keys(scripts)).toContain(script ?? start);
    for (const name of Object.keys(scripts).filter((script) => script.startsWith('start:')))
      expect(readme).toContain(name);
  });

  it('links to files that there are', () => {
    const links = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path]) => path ?? '');
    expect(links.length).toBeGreaterThan(10);
    for (const path of links) expect(existsSync(projectFile(path)), path).toBe(true);
  });

  it('shows operations that the graph takes', () => {
    const schema = Supergraph.build(read('gateway/supergraph.graphql')).apiSchema().toGraphQLJSSchema();
    const blocks = [...readme.matchAll(/```graphql\n(.*?)```/gs)].map(([, text]) => text ?? '');
    const inline = [...readme.matchAll(/`(mutation \{.*\})`|'(subscription \{.*\})'|"query": "(.*?)"/g)];
    const operations = [...blocks, ...inline.map((match) => match.slice(1).find(Boolean) ?? '')];
    expect(operations.length).toBeGreaterThanOrEqual(6);
    for (const operation of operations) expect(validate(schema, parse(operation))).toEqual([]);
  });
});
