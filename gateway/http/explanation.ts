import type { IncomingHttpHeaders } from 'node:http';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { badRequest } from '../../platform/serving/graphql/parameters.ts';

/** Asks for an explanation in `extensions`. */
const HEADER = 'x-explain';

/** `run`: the operation is run, and its plan and requests are told; `plan`: it is only planned. */
type Explanation = 'run' | 'plan';

const MEANINGS: ReadonlyMap<string, Explanation | undefined> = new Map([
  ['0', undefined],
  ['false', undefined],
  ['1', 'run'],
  ['true', 'run'],
  ['plan', 'plan'],
]);

export const onlyPlanned = badRequest(`A subscription is only planned: send \`${HEADER}: plan\`.`, HEADER);

/**
 * The explanation that a request asks for. Checked before the operation is looked at, so that whoever may not ask has nothing
 * planned.
 * @throws BlobgraphError FORBIDDEN, BAD_REQUEST
 */
export function explanationAsked(
  headers: IncomingHttpHeaders,
  mayExplain: () => boolean,
): Explanation | undefined {
  const asked = headers[HEADER];
  if (asked === undefined) return undefined;
  const value = String(asked).trim().toLowerCase();
  if (!MEANINGS.has(value))
    throw badRequest(`\`${HEADER}\` is \`plan\` (the operation is not run), \`1\` (it is) or \`0\`.`, HEADER);
  const explanation = MEANINGS.get(value);
  if (explanation === undefined || mayExplain()) return explanation;
  throw new BlobgraphError(
    'FORBIDDEN',
    `Query plans (\`${HEADER}\`) are only for those whom this gateway allows: operators, by default.`,
    { field: HEADER },
  );
}
