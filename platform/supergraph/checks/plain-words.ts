import type { GraphQLError } from 'graphql';
import { shortMessage } from '../../errors/errors.ts';
import type { SdlFault } from './task.ts';

const MAX_FAULTS = 20;

const NOT_SHARED =
  /^Non-shareable field "([^"]+)" is resolved from multiple subgraphs: it is resolved from subgraphs (.+?) and defined as non-shareable in (.+?)(?: \(please.*)?$/s;

const quoted = (text: string): string[] => [...text.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(' and ');

/** Of a field that two subgraphs resolve: whose it is, and what to do. */
function notShared(message: string, subject: string | undefined): string | undefined {
  const [, field = '', resolving = '', owning = ''] = NOT_SHARED.exec(message) ?? [];
  if (field === '') return undefined;
  const both = quoted(resolving);
  const others = both.filter((name) => name !== subject);
  if (subject === undefined || others.length === both.length) {
    const owners = quoted(owning).length > 0 ? quoted(owning) : both;
    return `\`${field}\` is resolved by ${listed(both)}, and ${listed(owners)} ${owners.length === 1 ? 'does' : 'do'} not share it (\`@shareable\`).`;
  }
  return `\`${field}\` belongs to ${listed(others)}: \`${subject}\` may not resolve it too. Leave it out of the SDL, mark it \`@external\` where it is only referred to, or give the field another name.`;
}

const codeOf = ({ extensions }: GraphQLError): string | null =>
  typeof extensions['code'] === 'string' ? extensions['code'] : null;

/** Where it is in the subject's SDL. */
function placeOf({ locations, message }: GraphQLError, subject: string | undefined): string {
  const [place] = locations ?? [];
  return place && subject !== undefined && message.startsWith(`[${subject}]`)
    ? ` (line ${place.line}, column ${place.column})`
    : '';
}

function inWords(error: GraphQLError, subject: string | undefined): SdlFault {
  const code = codeOf(error);
  const told = notShared(error.message, subject);
  if (told !== undefined) return { message: told, code };
  const text = error.message.replace(/^\[([^\]]+)\] /, (_, name: string) =>
    name === subject ? '' : `\`${name}\`: `,
  );
  const place = placeOf(error, subject);
  return {
    message: shortMessage(`It does not compose with the graph: ${text.replace(/\.$/, '')}${place}.`),
    code,
  };
}

/** Errors of composition for whoever registers `subject`: 20 at most. */
export const compositionFaults = (errors: readonly GraphQLError[], subject?: string): SdlFault[] =>
  errors.slice(0, MAX_FAULTS).map((error) => inWords(error, subject));
