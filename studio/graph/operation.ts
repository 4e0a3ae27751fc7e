import { parse, print } from '@0no-co/graphql.web';

/** An operation as it was sent: to be copied, and opened in GraphiQL. */
export interface SentOperation {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A document laid out for people. */
export const laidOut = (document: string): string => print(parse(document));

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** A word of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A command that sends the operation. The token is not in it: it is read from `$TOKEN`. */
export function curlOf({ document, variables }: SentOperation, origin = location.origin): string {
  const body = JSON.stringify({ query: laidOut(document), variables });
  return [
    `curl ${quoted(`${origin}/graphql`)}`,
    '-H "authorization: Bearer $TOKEN"',
    `-H 'content-type: application/json'`,
    `--data-raw ${quoted(body)}`,
  ].join(' \\\n  ');
}

/** GraphiQL with the operation in a tab, not yet run. What it says stays in the browser: a fragment is not sent. */
export const graphiqlOf = ({ document, variables }: SentOperation): string =>
  `/graphiql/#query=${encodeURIComponent(laidOut(document))}&variables=${encodeURIComponent(json(variables))}`;
