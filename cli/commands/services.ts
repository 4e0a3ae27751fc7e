import { testServices } from '../services/all.ts';
import { StepFailed } from '../services/definition.ts';
import type { ServerStatus } from '../services/manager.ts';
import { type Define, exits, print, withExamples, withJson } from '../terminal/command.ts';
import { DONE, FAILED } from '../terminal/exit-codes.ts';
import { CommandFailed } from '../terminal/failure.ts';

interface Options {
  readonly json: boolean;
}

type Services = ReturnType<typeof testServices>;

const lineOf = ({ name, url, pid }: ServerStatus): string =>
  url === undefined ? `${name}: not running` : `${name}: 127.0.0.1:${new URL(url).port}, process ${pid}`;

function show(servers: readonly ServerStatus[], json: boolean): void {
  print(json, servers, () => servers.map(lineOf));
}

/** @throws CommandFailed when a step of installing, starting or stopping failed */
async function within(json: boolean, work: (services: Services) => Promise<number>): Promise<number> {
  try {
    return await work(testServices((line) => (json ? console.error(line) : console.log(line))));
  } catch (error) {
    throw error instanceof StepFailed ? new CommandFailed(error.message) : error;
  }
}

const up = (names: string[], { json }: Options) =>
  within(json, async (services) => {
    show(await services.up(names), json);
    return DONE;
  });

const down = ({ json }: Options) =>
  within(json, async (services) => {
    await services.down();
    if (json) show(await services.status(), json);
    return DONE;
  });

const status = ({ json }: Options) =>
  within(json, async (services) => {
    const servers = await services.status();
    show(servers, json);
    return servers.every(({ url }) => url !== undefined) ? DONE : FAILED;
  });

const UP =
  'start the servers that the tests on real services need, write their addresses to .blobgraph/services.env, and ' +
  'install what is missing, the tests’ browser, proxy, validators, office suite and Schemathesis among it. `model` ' +
  'is a small language model that only `npm run test:model` needs; it compiles for some 10 minutes the first time';

export const define: Define = (command) => {
  withJson(command.command('up').description(UP).argument('[servers...]', 'default: all but model')).action(
    exits(up),
  );
  withJson(command.command('down').description('stop them; their data stays')).action(exits(down));
  withJson(
    command.command('status').description('tell which of them answer; exits with 1 unless all do'),
  ).action(exits(status));
  withExamples(command, [
    ['services up', 'all'],
    ['services up mongodb nats', 'two of them'],
  ]);
};
