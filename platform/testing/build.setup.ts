import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from '../process/paths.ts';

const build = (script: string) => execFileSync('npm', ['run', '--silent', script], { stdio: 'inherit' });

/** When a file of a folder was last changed, in milliseconds since 1970. */
const changedAt = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce(
    (latest, file) => Math.max(latest, statSync(join(folder, file)).mtimeMs),
    0,
  );

/** Whether the Studio page was built from what its folders hold now. */
function hasStudio(): boolean {
  const page = projectFile('dist', 'gateway', 'studio-app', 'index.html');
  if (!existsSync(page)) return false;
  return ['studio', 'client'].every((folder) => changedAt(projectFile(folder)) <= statSync(page).mtimeMs);
}

/** Worker threads, child processes and browsers of the tests run what is built, so it is brought up to date first. */
export default function setup(): void {
  build('build:ts');
  if (!hasStudio()) build('build:studio');
}
