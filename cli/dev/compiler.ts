import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { transformWithOxc } from 'vite';

/** Sources that no system loads: tests, and what runs in the browser. `tsconfig.build.json` leaves them out as well. */
const LEFT_OUT = [
  /\.(?:contract|e2e|fixture|int|races|slow|test)\.(?:\w+\.)*ts$/,
  /(?:^|\/)testing\//,
  /^(?:gateway\/(?:graphiql|openapi)\/app|studio)\//,
];

/** Whether a system may load the file. `file`: relative to the project's root. */
export const isSource = (file: string): boolean =>
  file.endsWith('.ts') && !LEFT_OUT.some((pattern) => pattern.test(file));

interface Output {
  readonly file: string;
  readonly code: string;
  /** A source map (https://tc39.es/ecma426). */
  readonly map: string;
}

/**
 * Builds single files as `npm run build:ts` does all of them: types are taken out, and not checked. The compiler needs a
 * second to look at the whole project for one file.
 */
export class Compiler {
  readonly #root: string;
  /** Files that are not built since they were saved. */
  readonly #waiting = new Set<string>();

  /** `root`: the project's. */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Builds the files, and those that could not be built before; one that is gone goes from `dist/`.
   * @returns a message for each file with a mistake. Where there is one, `dist/` stays as it was.
   */
  async build(files: readonly string[]): Promise<readonly string[]> {
    for (const file of files) this.#waiting.add(file);
    const tried = await Promise.allSettled([...this.#waiting].map((file) => this.#compiled(file)));
    const mistakes = tried.flatMap((each) => (each.status === 'rejected' ? [messageOf(each.reason)] : []));
    if (mistakes.length > 0) return mistakes;
    // By it alone `npm run build:ts` knows what is built: it would leave a file that is as it was when it last ran.
    await rm(join(this.#root, 'dist', '.tsbuildinfo.build'), { force: true });
    await Promise.all(
      tried.map((each) => (each.status === 'fulfilled' ? this.#write(each.value) : undefined)),
    );
    return [];
  }

  /** @throws Error of the compiler; the file's name alone where it is gone */
  async #compiled(file: string): Promise<Output | string> {
    const path = join(this.#root, file);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return file;
    const { code, map } = await transformWithOxc(text, path, {
      target: 'es2023',
      sourcemap: true,
      typescript: { rewriteImportExtensions: 'rewrite', onlyRemoveTypeImports: true },
    });
    const sources = [relative(dirname(this.#pathOf(file)), path)];
    return { file, code, map: JSON.stringify({ ...map, sources }) };
  }

  async #write(output: Output | string): Promise<void> {
    const file = typeof output === 'string' ? output : output.file;
    const path = this.#pathOf(file);
    if (typeof output === 'string')
      await Promise.all([path, `${path}.map`].map((each) => rm(each, { force: true })));
    else {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.map`, output.map);
      await writeFile(path, `${output.code}\n//# sourceMappingURL=${basename(path)}.map\n`);
    }
    this.#waiting.delete(file);
  }

  #pathOf(file: string): string {
    return join(this.#root, 'dist', file.replace(/\.ts$/, '.js'));
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message.trim() : String(error));
