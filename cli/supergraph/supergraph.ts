import type { Graph } from '../demo/graph.ts';
import { print } from '../terminal/command.ts';
import { assertAccepted } from '../user/refusal.ts';
import { changeLines, versionLine, versionLines } from './display.ts';
import {
  type Changed,
  listing,
  reading,
  registering,
  rollingBack,
  type ShownVersion,
  showing,
  withdrawing,
} from './operations.ts';
import { type RegistrationFiles, readRegistration } from './registration.ts';

type Asked = Pick<Graph, 'run'>;

/** Prints what is served. @throws GraphFault, GraphOutOfReach */
export async function showSupergraph(graph: Asked, json: boolean): Promise<void> {
  const { supergraph } = await graph.run(showing, {});
  const { current, problem, recordedOperations } = supergraph;
  print(json, supergraph, () => [
    ...versionLines(current),
    `  ${recordedOperations} operations are known to be sent`,
    ...(problem === null
      ? []
      : [
          'What is registered does not compose with what this build ships:',
          ...problem.split('\n').map((line) => `  ${line}`),
        ]),
  ]);
}

/** Prints the versions, and what each changed. @throws GraphFault, GraphOutOfReach */
export async function listVersions(graph: Asked, first: number, json: boolean): Promise<void> {
  const { history } = (await graph.run(listing, { first })).supergraph;
  print(json, history, () =>
    history.flatMap((version) => [versionLine(version), ...version.changes.flatMap(changeLines)]),
  );
}

/** Prints the text that is served. @throws GraphFault, GraphOutOfReach */
export async function printSdl(graph: Asked, json: boolean): Promise<void> {
  const { sdl } = (await graph.run(reading, {})).supergraph.current;
  print(json, { sdl }, () => [sdl.trimEnd()]);
}

function tell(what: string, { done }: Changed, json: boolean): void {
  const { supergraph, changes, userErrors } = done;
  if (!json && userErrors.length > 0) for (const line of changes.flatMap(changeLines)) console.log(line);
  assertAccepted(what, userErrors);
  print(json, done, () => [
    supergraph ? versionLine(supergraph) : 'Nothing was written: it would be taken.',
    ...changes.flatMap(changeLines),
  ]);
}

/** @throws CommandFailed when it is refused; GraphFault, GraphOutOfReach */
export async function rollBack(graph: Asked, to: ShownVersion['version'], json: boolean): Promise<void> {
  tell(`Going back to version ${to}`, await graph.run(rollingBack, { to }), json);
}

/** @throws CommandFailed when it is refused; GraphFault, GraphOutOfReach */
export async function withdrawSubgraph(
  graph: Asked,
  { id, allow, json }: { readonly id: string; readonly allow: readonly string[]; readonly json: boolean },
): Promise<void> {
  tell(`Withdrawing the SDL of ${id}`, await graph.run(withdrawing, { id, allow }), json);
}

/** @throws UsageError; CommandFailed when it is refused; GraphFault, GraphOutOfReach */
export async function registerSubgraph(graph: Asked, files: RegistrationFiles, json: boolean): Promise<void> {
  const input = await readRegistration(files);
  tell(`Registering ${String(input['id'])}`, await graph.run(registering, { input }), json);
}
