import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { Supergraph } from '@apollo/federation-internals';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { projectFiles } from '../../e2e/layout/files.ts';
import { servicePorts } from '../../platform/config/config.ts';
import { projectFile } from '../../platform/process/paths.ts';

const read = (file: string) => readFileSync(projectFile(file), 'utf8');
const readme = read('README.md');
/** Pages that a reader finds from there. */
const pages = [readme, read('docs/tour.md'), read('docs/operations.md')].join('\n');

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

/** Every document of the root and of `docs/`. */
const documents = (): string[] =>
  ['.', 'docs', 'docs/adr'].flatMap((folder) =>
    readdirSync(projectFile(folder))
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file)),
  );

const files = projectFiles();
const fileNames = new Set(files.map((path) => posix.basename(path)));
const topFolders = new Set(files.filter((path) => path.includes('/')).map((path) => path.split('/')[0]));
const SOURCE = /^[\w-][\w.-]*\.(tsx?|test|int|slow|contract|e2e|fixture)$/;
/** The processor, and the schema, that the docs have their reader make. */
const TO_BE_MADE = /^(subgraphs\/summary|schemas\/(summary|mood)-v1)\//;

/** Words in backticks that name a file or folder: whole paths, and names of TypeScript's files, `.ts` left out or not. */
function namedFiles(text: string): string[] {
  const prose = text.replaceAll(/^```.*?^```/gms, '');
  const words = [...prose.matchAll(/`([\w./-]+)`/g)].map(([, word]) => word ?? '');
  return words.filter(
    (word) =>
      !TO_BE_MADE.test(word) &&
      (SOURCE.test(posix.basename(word)) || (word.includes('/') && topFolders.has(word.split('/')[0]))),
  );
}

/** Paths are from the root; a name alone may be of any folder. */
const isThere = (named: string): boolean =>
  named.includes('/')
    ? existsSync(projectFile(named)) || existsSync(projectFile(`${named}.ts`))
    : fileNames.has(named) || fileNames.has(`${named}.ts`);

describe('README.md', () => {
  it('has every service with its port', () => {
    const listed = rows('service').map(([name, port]) => [name, Number(port)]);
    expect(listed.length).toBeGreaterThan(6);
    expect(servicePorts).toMatchObject(Object.fromEntries(listed));
  });

  it('calls only scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const called = [...pages.matchAll(/npm run (?:--silent )?([\w:-]+)|`(start:[\w-]+)`/g)];
    expect(called.length).toBeGreaterThan(10);
    for (const [, script, start] of called) expect(Object.keys(scripts)).toContain(script ?? start);
    for (const name of Object.keys(scripts).filter((script) => script.startsWith('start:')))
      expect(pages).toContain(name);
  });

  it('fits on a few screens', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(150);
  });

  it('shows operations that the graph takes', () => {
    const schema = Supergraph.build(read('gateway/supergraph.graphql')).apiSchema().toGraphQLJSSchema();
    const blocks = [...pages.matchAll(/```graphql\n(.*?)```/gs)].map(([, text]) => text ?? '');
    const inline = [...pages.matchAll(/`(mutation \{.*\})`|'(subscription \{.*\})'|"query": "(.*?)"/g)];
    const operations = [...blocks, ...inline.map((match) => match.slice(1).find(Boolean) ?? '')];
    expect(operations.length).toBeGreaterThanOrEqual(6);
    for (const operation of operations) expect(validate(schema, parse(operation))).toEqual([]);
  });
});

describe.each(documents())('%s', (file) => {
  it('links to files that there are', () => {
    const links = [...read(file).matchAll(/\]\((?!http|mailto)([^)#\s]+)[^)]*\)/g)].map(
      ([, path]) => path ?? '',
    );
    for (const path of links) expect(existsSync(projectFile(dirname(file), path)), path).toBe(true);
  });

  it('names files and folders that there are', () => {
    expect(namedFiles(read(file)).filter((named) => !isThere(named))).toEqual([]);
  });
});
