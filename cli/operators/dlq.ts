import type { Graph } from '../demo/graph.ts';
import type { Operation, UserError } from '../demo/operation.ts';
import { CommandFailed } from '../terminal/failure.ts';

/** Dead letters of the processors, for operators of the running system. */

const PAGE = 100;

interface Letter {
  readonly id: string;
  readonly processorId: string;
  readonly reason: string;
  readonly attempts: number;
  readonly setAsideAt: string;
  readonly event: string | null;
  readonly blobId: string | null;
  readonly userId: string | null;
}

interface WholeLetter extends Letter {
  readonly messageId: string;
  readonly subject: string;
  readonly publishedAt: string;
  readonly body: string;
}

interface Page {
  readonly deadLetters: {
    readonly nodes: readonly Letter[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const LETTER = 'id processorId reason attempts setAsideAt event blobId userId';

const listing: Operation<Page, { readonly first: number; readonly after: string | null }> = {
  text: `query Dlq($first: Int, $after: String) {
    deadLetters(first: $first, after: $after) { nodes { ${LETTER} } pageInfo { hasNextPage endCursor } }
  }`,
};

const showing: Operation<{ readonly deadLetter: WholeLetter | null }, { readonly id: string }> = {
  text: `query DlqShow($id: ID!) { deadLetter(id: $id) { ${LETTER} messageId subject publishedAt body } }`,
};

type Payload = { readonly done: { readonly userErrors: readonly UserError[] } };

/** Actions on dead letters: their mutations, and past tenses for messages. */
const deeds = {
  replay: { field: 'replayDeadLetter', past: 'replayed' },
  drop: { field: 'dropDeadLetter', past: 'dropped' },
} as const;

const doing = (deed: keyof typeof deeds): Operation<Payload, { readonly id: string }> => ({
  text: `mutation Dlq($id: ID!) { done: ${deeds[deed].field}(id: $id) { userErrors { field code message } } }`,
});

async function allLetters(graph: Graph): Promise<Letter[]> {
  const letters: Letter[] = [];
  for (let after: string | null = null; ; ) {
    const { deadLetters }: Page = await graph.run(listing, { first: PAGE, after });
    letters.push(...deadLetters.nodes);
    if (!deadLetters.pageInfo.hasNextPage) return letters;
    after = deadLetters.pageInfo.endCursor;
  }
}

const count = (letters: number): string => `${letters} dead letter${letters === 1 ? '' : 's'}`;

const line = (letter: Letter): string =>
  [
    letter.id,
    letter.setAsideAt,
    letter.processorId.padEnd(14),
    `${letter.attempts}×`.padStart(3),
    letter.blobId ? `blob ${letter.blobId}` : '(no blob)',
    letter.reason,
  ].join('  ');

export async function listLetters(graph: Graph, json: boolean): Promise<number> {
  const letters = await allLetters(graph);
  if (json) console.log(JSON.stringify(letters, null, 2));
  else for (const text of [...letters.map(line), `${count(letters.length)}.`]) console.log(text);
  return 0;
}

/** @throws CommandFailed when there is no such letter */
export async function showLetter(graph: Graph, id: string, json: boolean): Promise<number> {
  const { deadLetter } = await graph.run(showing, { id });
  if (!deadLetter)
    throw new CommandFailed(`There is no dead letter ${id}: \`npx blobgraph dlq list\` shows all.`, {
      code: 'NOT_FOUND',
      field: 'id',
    });
  if (json) console.log(JSON.stringify(deadLetter, null, 2));
  else
    for (const [name, value] of Object.entries(deadLetter)) console.log(`${name.padEnd(12)} ${value ?? '-'}`);
  return 0;
}

/** Applies an action to each letter in turn; a letter that is gone does not stop the others. @returns the exit code */
async function settle(
  graph: Graph,
  deed: keyof typeof deeds,
  ids: readonly string[],
  json: boolean,
): Promise<number> {
  const done: string[] = [];
  const missing: string[] = [];
  for (const id of ids) {
    const { userErrors } = (await graph.run(doing(deed), { id })).done;
    (userErrors.length === 0 ? done : missing).push(id);
  }
  const { past } = deeds[deed];
  if (json) console.log(JSON.stringify({ [past]: done, missing }, null, 2));
  else {
    console.log(`${count(done.length)} ${past}.`);
    for (const id of missing) console.error(`There is no dead letter ${id}, or no longer.`);
  }
  return missing.length > 0 ? 1 : 0;
}

/** Applies an action to the letters named, or to all that there are now. @returns the exit code */
export async function settleLetters(
  graph: Graph,
  deed: keyof typeof deeds,
  { ids, json }: { ids: readonly string[] | 'all'; json: boolean },
): Promise<number> {
  // The list is read once: a letter that fails again is not replayed again.
  const wanted = ids === 'all' ? (await allLetters(graph)).map((letter) => letter.id) : ids;
  return settle(graph, deed, wanted, json);
}
