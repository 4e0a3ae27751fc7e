import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { isVersion } from '../../platform/json-schema/versions/versions.ts';
import { UsageError } from '../../platform/process/exit.ts';
import type { Graph } from '../demo/graph.ts';
import type { Operation, UserError } from '../demo/operation.ts';
import { print } from '../terminal/command.ts';
import { DONE, FAILED } from '../terminal/exit-codes.ts';
import { assertAccepted } from '../user/refusal.ts';

interface Problem {
  readonly against: string;
  readonly verdict: string;
  readonly pointer: string;
  readonly rule: string;
  readonly message: string;
  readonly fix: string;
  readonly accepted: boolean;
}

/** The findings of a check of a version. */
export interface Report {
  readonly compatible: boolean;
  readonly version: string;
  readonly compatibility: string;
  readonly comparedWith: readonly string[];
  readonly problems: readonly Problem[];
  readonly userErrors: readonly UserError[];
}

interface StoredCheck {
  readonly scanned: number;
  readonly checked: number;
  readonly failed: number;
  readonly unreadable: number;
  readonly complete: boolean;
  readonly rules: readonly {
    readonly pointer: string;
    readonly count: number;
    readonly blobIds: readonly string[];
  }[];
}

const checking: Operation<{ readonly checkSchema: Report }, { readonly input: object }> = {
  text: `query CheckSchema($input: CheckSchemaInput!) {
    checkSchema(input: $input) {
      compatible version compatibility comparedWith
      problems { against verdict pointer rule message fix accepted }
      userErrors { field code message }
    }
  }`,
};

const checkingStored: Operation<
  { readonly done: { readonly check: StoredCheck | null; readonly userErrors: readonly UserError[] } },
  { readonly input: object }
> = {
  text: `mutation CheckStoredBlobs($input: CheckStoredBlobsInput!) {
    done: checkStoredBlobs(input: $input) {
      check { scanned checked failed unreadable complete rules { pointer count blobIds } }
      userErrors { field code message }
    }
  }`,
};

/** The report in lines. */
export function linesOf(
  id: string,
  { compatible, version, compatibility, comparedWith, problems, userErrors }: Report,
): string[] {
  const against =
    comparedWith.length > 0 ? `compared with ${comparedWith.join(', ')}` : 'with none to compare';
  const invalid = userErrors.filter(({ code }) => code !== 'SCHEMA_INCOMPATIBLE');
  return [
    `${compatible ? 'compatible' : 'not compatible'}: version ${version} of \`${id}\`, ${compatibility}, ${against}`,
    ...invalid.map(({ field, message }) => `  ${field ?? ''}: ${message}`),
    ...problems.flatMap(({ verdict, pointer, rule, message, fix, accepted }) => [
      `  ${accepted ? 'accepted' : verdict} ${rule} at ${pointer || 'the whole'}`,
      `    ${message} ${fix}`,
    ]),
  ];
}

/** The findings in stored blobs, in lines. */
export const storedLinesOf = ({
  scanned,
  checked,
  failed,
  unreadable,
  complete,
  rules,
}: StoredCheck): string[] => [
  `${failed} of ${checked} stored blobs do not fit it${complete ? '' : ` (a sample: ${scanned} entries of the index were looked at)`}`,
  ...(unreadable > 0 ? [`  ${unreadable} could not be read`] : []),
  ...rules.map(
    ({ pointer, count, blobIds }) => `  ${pointer}: ${count}, e.g. ${blobIds.slice(0, 3).join(', ')}`,
  ),
];

/** @throws UsageError for a file that holds no JSON */
function readDefinition(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`${file} holds no JSON: ${error.message}`);
  }
}

export interface CheckOptions {
  readonly id?: string;
  readonly compatibility?: string;
  /** Whether a sample of stored blobs is looked at, too. */
  readonly stored: boolean;
  readonly json: boolean;
}

/** Checks the version of a schema in a file, and prints what was found. @returns the exit code */
export async function checkFile(
  graph: Pick<Graph, 'run'>,
  file: string,
  options: CheckOptions,
): Promise<number> {
  const definition = readDefinition(file);
  const id = options.id ?? basename(dirname(resolve(file)));
  const version = basename(file).replace(/\.json$/, '');
  const input = {
    ...{ id, definition },
    ...(isVersion(version) ? { version } : {}),
    ...(options.compatibility === undefined ? {} : { compatibility: options.compatibility }),
  };
  const { checkSchema: report } = await graph.run(checking, { input });
  const isValid = report.userErrors.every(({ code }) => code === 'SCHEMA_INCOMPATIBLE');
  const stored = options.stored && isValid ? await checkStored(graph, id, definition) : null;
  print(options.json, stored ? { ...report, stored } : report, () => [
    ...linesOf(id, report),
    ...(stored ? storedLinesOf(stored) : []),
  ]);
  return report.compatible && (stored?.failed ?? 0) === 0 ? DONE : FAILED;
}

async function checkStored(graph: Pick<Graph, 'run'>, schemaId: string, definition: unknown) {
  const { check, userErrors } = (await graph.run(checkingStored, { input: { schemaId, definition } })).done;
  assertAccepted('To check stored blobs', userErrors);
  return check;
}
