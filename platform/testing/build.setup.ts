import { execFileSync } from 'node:child_process';

/** Worker threads and child processes of the tests run what is built, so the build is brought up to date first. */
export default function setup(): void {
  execFileSync('npm', ['run', '--silent', 'build:ts'], { stdio: 'inherit' });
}
