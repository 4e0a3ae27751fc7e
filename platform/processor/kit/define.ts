import type { z } from 'zod';
import { MAX_TIMEOUT_SECONDS } from '../../config/runs.ts';
import { parseRange } from '../../json-schema/versions/range.ts';
import { InvalidSpec } from '../records/names.ts';
import type { ProcessorDefinition } from './kit.ts';
import type { OpenedResources } from './open.ts';

const mistakes: readonly (readonly [(definition: ProcessorDefinition) => boolean, string])[] = [
  [
    ({ id }) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id),
    '`id`: use lower-case letters, digits and single dashes',
  ],
  [({ version }) => !/^[\w.+-]{1,64}$/.test(version), '`version`: use letters, digits, dots and dashes'],
  [({ takes, run }) => takes !== undefined && !run, '`run`: say what it makes of what it takes'],
  [
    ({ takes = {}, optIn = [] }) => optIn.some((id) => !Object.values(takes).flat().includes(id)),
    '`optIn`: name schemas of `takes`',
  ],
  [
    ({ takesVersions = {}, takes = {}, reads = [] }) =>
      Object.keys(takesVersions).some((id) => ![...Object.values(takes).flat(), ...reads].includes(id)),
    '`takesVersions`: name schemas of `takes` or `reads`',
  ],
  [
    ({ takesVersions = {} }) => Object.values(takesVersions).some((range) => parseRange(range) === null),
    '`takesVersions`: say ranges of versions, e.g. `^1.2.0` or `>=1.0.0 <3.0.0`',
  ],
  [({ takes, commands }) => !takes && !commands, '`takes` or `commands`: say when it works'],
  [
    ({ run, commands = {} }) => Object.values(commands).some((command) => !run && !command.run),
    '`run`: say what its commands make',
  ],
  [
    ({ records: { rebuildable }, run, commands }) => rebuildable === true && (!run || commands !== undefined),
    '`records`: what may be dropped must be made of its source again; have a `run`, and no `commands`',
  ],
  [
    ({ artifacts = {} }) =>
      Object.entries(artifacts).some(
        ([name, { version }]) => !/^[a-z][\w-]{0,63}$/.test(name) || !/^[\w-]{1,64}$/.test(version),
      ),
    '`artifacts`: names and versions are letters, digits and dashes, for they stand in addresses and keys',
  ],
  [
    ({ text, records: { members } }) =>
      typeof text === 'string' && members !== undefined && members[text] !== 'text',
    '`text`: name a member of the kind `text`',
  ],
  [
    ({ text, artifacts = {} }) => typeof text === 'object' && !Object.hasOwn(artifacts, text.artifact),
    '`text`: name one of `artifacts`',
  ],
  [
    ({ artifacts = {}, exports: exported }) => exported !== undefined && Object.keys(artifacts).length === 0,
    '`exports`: say in `artifacts` what there is to export',
  ],
  [
    ({ limits }) => !(limits.concurrency >= 1 && limits.concurrency <= 1_000),
    '`limits.concurrency`: 1 to 1,000',
  ],
  [
    ({ limits }) => !(limits.seconds > 0 && limits.seconds <= MAX_TIMEOUT_SECONDS),
    `\`limits.seconds\`: at most ${MAX_TIMEOUT_SECONDS}`,
  ],
];

/**
 * Says what a processor is: the value that everything else follows from.
 * @throws InvalidSpec that names the member and the fix
 */
export function defineProcessor<
  Opened extends OpenedResources = OpenedResources,
  Settings extends z.ZodObject = z.ZodObject,
>(definition: ProcessorDefinition<Opened, Settings>): ProcessorDefinition<Opened, Settings> {
  for (const [isWrong, fix] of mistakes) {
    if (isWrong(definition as unknown as ProcessorDefinition))
      throw new InvalidSpec(`The processor ${definition.id}: ${fix}`);
  }
  return definition;
}
