import { readFile } from 'node:fs/promises';
import { UsageError } from '../../platform/process/exit.ts';

const camelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const upperCase = (value: unknown): unknown =>
  typeof value === 'string' ? value.toUpperCase().replace('.', '_') : value;

/** Members whose form is another one in GraphQL. */
const inGraph: Readonly<Record<string, (value: unknown) => unknown>> = {
  storage_type: upperCase,
  shown_as: upperCase,
  takes: (takes) =>
    typeof takes === 'object' && takes !== null
      ? Object.entries(takes).map(([event, schemaIds]) => ({ event, schemaIds }))
      : takes,
};

/** A declaration of REST as an input of `registerProcessor`. */
const inputOf = (declaration: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(declaration).map(([name, value]) => [camelCase(name), inGraph[name]?.(value) ?? value]),
  );

const textOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read (${error.code ?? 'unknown'}).`);
  });

function declarationIn(file: string, text: string): object {
  try {
    const declaration: unknown = JSON.parse(text);
    if (typeof declaration === 'object' && declaration !== null) return declaration;
  } catch {
    // Told below, as any other text that is no declaration.
  }
  throw new UsageError(`${file} is no declaration in JSON: docs/processor-contract.md has its form.`);
}

export interface RegistrationFiles {
  /** The declaration, in JSON. */
  readonly registration: string;
  /** The SDL. */
  readonly sdl: string;
  readonly url?: string | undefined;
  readonly dryRun: boolean;
  readonly allowBreaking: readonly string[];
}

/** The input of a registration with its SDL. @throws UsageError where a file cannot be used */
export async function readRegistration(files: RegistrationFiles): Promise<Record<string, unknown>> {
  const { registration, sdl, url, dryRun, allowBreaking } = files;
  return {
    ...inputOf(declarationIn(registration, await textOf(registration))),
    subgraph: { sdl: await textOf(sdl), dryRun, allowBreaking, ...(url === undefined ? {} : { url }) },
  };
}
