import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyVariablesOf } from '../../platform/config/service-keys.ts';
import { newServiceKey } from '../../platform/identity/keys/service-keys.ts';
import { StartersFault, UsageError } from '../../platform/process/exit.ts';
import type { Check } from './checks/check.ts';
import { eventChecks } from './checks/events.ts';
import { graphChecks } from './checks/graph.ts';
import { identityChecks } from './checks/identity.ts';
import { limitChecks } from './checks/limits.ts';
import { operationChecks } from './checks/operation.ts';
import { readChecks } from './checks/reads.ts';
import { runChecks } from './checks/runs.ts';
import { storeChecks } from './checks/stores.ts';
import { readContract, type Sentence } from './contract.ts';
import { type Finding, Findings, Unchecked, Wrong } from './lab/findings.ts';
import type { Lab } from './lab/lab.ts';
import type { Options } from './options.ts';
import { startProcess, type TestedProcess } from './process.ts';
import { type StoreWatch, watchStore } from './store-watch.ts';
import { openSurroundings, type Surroundings } from './surroundings.ts';

/** All checks in order. Those that delete come last. */
export const checks: readonly Check[] = [
  ...operationChecks,
  ...runChecks,
  ...eventChecks,
  ...readChecks,
  ...graphChecks,
  ...limitChecks,
  ...identityChecks,
  ...storeChecks,
];

/** Sentences that are observed all the time, beside the checks. */
export const watched: readonly string[] = ['L1', 'L2', 'L3', 'R6', 'I9'];

/** Sentences that are kept unless a violation is observed. */
const KEPT_IF_UNSEEN = ['L1', 'L2', 'L3'];

export interface Looked {
  readonly sentence: Sentence;
  readonly finding: Finding;
}

async function look({ id, look: lookAt }: Check, lab: Lab): Promise<void> {
  const { findings } = lab.deps;
  try {
    await lookAt(lab);
    findings.kept(id);
  } catch (error) {
    if (error instanceof Wrong) findings.wrong(id, error.message);
    else if (error instanceof Unchecked) findings.unchecked(id, error.message);
    else throw error;
  }
}

/** For a processor that is started here to load its program, on a machine that may have other work. */
const STARTS_WITHIN_MS = 180_000;

/** Waits until the processor answers and is registered. @throws StartersFault */
async function untilThere(
  { lab, processor }: Surroundings,
  { url, patienceMs, command }: Options,
): Promise<void> {
  let silence = '';
  const isThere = async () => {
    const answers = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.arrayBuffer().then(() => true),
      (error: Error) => {
        silence = String(error.cause ?? error);
        return false;
      },
    );
    return answers && processor() !== undefined;
  };
  const patience = command.length > 0 ? Math.max(patienceMs, STARTS_WITHIN_MS) : Number.POSITIVE_INFINITY;
  const deadline = performance.now() + patience;
  while (!(await isThere())) {
    const ended = lab.deps.ended();
    if (ended !== undefined) throw new StartersFault(ended);
    if (performance.now() > deadline) {
      const what = processor()
        ? `Nothing answers at ${url}/health (${silence})`
        : 'It did not register itself: give its --registration';
      throw new StartersFault(`${what}, within ${patience / 1_000} s.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Variables with the processor's key, unless the environment has one; `remove` deletes its file. */
async function variablesOf(id: string | undefined, environment: NodeJS.ProcessEnv) {
  if (id === undefined) return { variables: {}, remove: async () => undefined };
  const [text, file] = keyVariablesOf(id);
  if (environment[text] || environment[file]) return { variables: {}, remove: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-conformance-'));
  const path = join(folder, `${id}.pem`);
  await writeFile(path, newServiceKey(), { mode: 0o600 });
  return { variables: { [file]: path }, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function watchedStore(
  { store }: Options,
  environment: NodeJS.ProcessEnv,
): Promise<StoreWatch | undefined> {
  if (store === undefined) return undefined;
  const url = environment[store];
  if (!url || !URL.canParse(url) || new URL(url).port === '')
    throw new UsageError(`--store: ${store} must be set to a URL with a port.`);
  return watchStore(url);
}

/** The end of a process's output, once it has ended. */
function endedOf(process: TestedProcess | undefined): string | undefined {
  const code = process?.ended();
  return code === undefined
    ? undefined
    : `The processor ended (${code}):\n${process?.output().slice(-2_000)}`;
}

const isWanted = ({ only }: Options, id: string): boolean =>
  only.length === 0 || only.some((each) => id.startsWith(each));

const toBeStartedWith = (variables: Readonly<Record<string, string>>): string =>
  [
    'Start the processor with these variables:',
    ...Object.entries(variables).map(([name, value]) => `  ${name}=${value}`),
  ].join('\n');

export interface ConformanceDependencies {
  readonly natsServers: readonly string[];
  /** Environment of the command, and of the store's URL. */
  readonly environment: NodeJS.ProcessEnv;
  /** Prints a line for the person who runs the check. */
  readonly say: (line: string) => void;
}

/** Checks a processor against the contract. @throws StartersFault when it cannot start */
export async function lookAtProcessor(
  options: Options,
  deps: ConformanceDependencies,
): Promise<readonly Looked[]> {
  const findings = new Findings();
  const store = await watchedStore(options, deps.environment);
  let tested: TestedProcess | undefined;
  const surroundings = await openSurroundings(options, {
    natsServers: deps.natsServers,
    findings,
    ended: () => endedOf(tested),
    storeQuestions: store?.questions,
  });
  const { variables, remove } = await variablesOf(surroundings.processor()?.id, deps.environment);
  const given = {
    ...surroundings.environment,
    ...(store && options.store ? { [options.store]: store.url } : {}),
    ...variables,
  };
  try {
    if (options.command.length > 0)
      tested = await startProcess(options.command, { ...deps.environment, ...given });
    else deps.say(toBeStartedWith(given));
    await untilThere(surroundings, options);
    for (const each of checks) if (isWanted(options, each.id)) await look(each, surroundings.lab);
    for (const id of KEPT_IF_UNSEEN) findings.kept(id);
  } finally {
    await tested?.stop();
    await surroundings.close();
    await Promise.all([store?.close(), remove()]);
  }
  return [...readContract().values()]
    .filter(({ id, isSeen }) => isSeen && isWanted(options, id))
    .map((sentence) => ({ sentence, finding: findings.of(sentence.id) }));
}
