import { asOperator } from '../../operators/operator.ts';
import { checkFile } from '../../operators/schemas.ts';
import { type Define, exits, withExamples, withJson } from '../../terminal/command.ts';

interface Options {
  readonly id?: string;
  readonly compatibility?: string;
  readonly stored: boolean;
  readonly json: boolean;
}

const check = (file: string, options: Options): Promise<number> =>
  asOperator({ name: 'schemas', fields: '`checkSchema`, `checkStoredBlobs`' }, (graph) =>
    checkFile(graph, file, options),
  );

export const define: Define = (command) => {
  withJson(
    command
      .command('check')
      .description('whether a version of a schema could be registered; nothing is stored')
      .argument('<file>', 'its JSON Schema'),
  )
    .option('--id <id>', 'the schema’s id. Default: the name of the file’s folder')
    .option(
      '--compatibility <mode>',
      'BACKWARD, FORWARD, FULL, with _TRANSITIVE, or NONE. Default: the schema’s own',
    )
    .option('--stored', 'also look at a sample of stored blobs', false)
    .action(exits(check));
  withExamples(command, [
    ['schemas check schemas/text-input-v1/1.1.0.json', 'its id and version are those of the path'],
    ['schemas check new.json --id text-input-v1 --stored', 'as the version after the newest'],
  ]);
};
