import { type InstallContext, StepFailed } from './definition.ts';

/** A machine of its own may be upgrading its packages, and a mirror may fail once. */
const PATIENT = ['-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=3'];

/** Installs a package of Debian, or of a distribution with apt. @throws StepFailed */
export async function installPackage({ run, say }: InstallContext, name: string): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new StepFailed(`${name}: install the package ${name} (this needs root)`);
  say(`${name}: installing the system’s package`);
  const aptGet = (step: string, ...args: string[]) =>
    run(step, 'env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', ...PATIENT, ...args]);
  await aptGet('apt-get update', 'update');
  await aptGet(`apt-get install ${name}`, 'install', '--yes', '--no-install-recommends', name);
}
