import type { TypedDocument } from 'blobgraph/client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import {
  type AnyVariables,
  type CombinedError,
  createRequest,
  type TypedDocumentNode,
  useClient,
  useQuery,
} from 'urql';
import type { FaultFragment } from './operations.generated.ts';

/** urql takes the text of an operation; its types are ours to tell. */
const asDocument = <Data, Variables extends AnyVariables>(document: TypedDocument<Data, Variables>) =>
  document as unknown as TypedDocumentNode<Data, Variables>;

/** Why something was not read or done, in words for people. */
export function reasonsOf(error: CombinedError | undefined): string[] {
  if (!error) return [];
  if (error.networkError) return ['The gateway does not answer.'];
  return error.graphQLErrors.map(({ message }) => message);
}

/** Codes of docs/errors.md. */
const codesOf = (error: CombinedError | undefined): string[] =>
  (error?.graphQLErrors ?? []).map(({ extensions }) => String(extensions['code'] ?? ''));

export interface Read<Data> {
  /** The answer as far as it is known, which may be of before; undefined at first, and where nothing could be read. */
  readonly data: Data | undefined;
  /** Why parts are missing, or all of it where there is no `data`. */
  readonly faults: readonly string[];
  /** The codes of those faults that the graph told, e.g. `FORBIDDEN`. */
  readonly codes: readonly string[];
  readonly isLoading: boolean;
  /** Reads it from the gateway again. */
  readonly reload: () => void;
}

export interface ReadOptions {
  /** Do not read yet. Default: false. */
  readonly pause?: boolean;
}

/** The last answer to the same, while it cannot be read again: a connection that is lost empties no screen. */
function useKnown<Data>(key: number, data: Data | null | undefined): Data | undefined {
  const last = useRef<{ readonly key: number; readonly data: Data }>(undefined);
  if (data != null) last.current = { key, data };
  return last.current?.key === key ? last.current.data : undefined;
}

/** Reads a query, from the cache at first, and keeps its answer up to date by what changes. */
export function useRead<Data, Variables extends AnyVariables>(
  document: TypedDocument<Data, Variables>,
  variables: Variables,
  { pause = false }: ReadOptions = {},
): Read<Data> {
  const query = asDocument(document);
  const [answer, execute] = useQuery({ query, variables, pause } as Parameters<
    typeof useQuery<Data, Variables>
  >[0]);
  const { error, fetching } = answer;
  const data = useKnown(createRequest(query, variables).key, answer.data);
  const faults = useMemo(() => reasonsOf(error), [error]);
  const codes = useMemo(() => codesOf(error), [error]);
  const reload = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  return { data, faults, codes, isLoading: fetching && data === undefined, reload };
}

/** Asks the gateway, whatever the cache has: that has the answer then. */
export function useAsk<Data, Variables extends AnyVariables>(document: TypedDocument<Data, Variables>) {
  const client = useClient();
  return useCallback(
    (variables: Variables) =>
      client.query(asDocument(document), variables, { requestPolicy: 'network-only' }).toPromise(),
    [client, document],
  );
}

/** Reads again when something else was heard to have changed; not at first, when it is read anyway. */
export function useReadAgain(changes: number, reload: () => void): void {
  const seen = useRef(changes);
  useEffect(() => {
    if (changes === seen.current) return;
    seen.current = changes;
    reload();
  }, [changes, reload]);
}

/** The outcome of a mutation: its payload, or why there is none. */
export interface Done<Payload> {
  readonly payload: Payload | undefined;
  /** For people; empty when it was done. */
  readonly faults: readonly string[];
  /** Those of the input, with their fields. */
  readonly userErrors: readonly FaultFragment[];
}

/** Before anything was asked for. */
export const nothingDone: Done<unknown> = { payload: undefined, faults: [], userErrors: [] };

/** The only payload of a mutation with one field. */
const payloadOf = <Payload>(data: Record<string, unknown> | undefined): Payload | undefined =>
  (Object.values(data ?? {}).find((value) => typeof value === 'object') ?? undefined) as Payload | undefined;

/**
 * Runs a mutation of one field, and tells whether one is under way. The same asked for again meanwhile is done once.
 * Nothing is thrown: why it was not done is in what it answers.
 */
export function useDo<Data extends object, Variables extends AnyVariables>(
  document: TypedDocument<Data, Variables>,
): readonly [isBusy: boolean, run: (variables: Variables) => Promise<Done<Payload<Data>>>] {
  const client = useClient();
  const [under, setUnder] = useState(0);
  const doing = useRef(new Map<string, Promise<Done<Payload<Data>>>>());
  const begin = useCallback(
    async (variables: Variables): Promise<Done<Payload<Data>>> => {
      setUnder((now) => now + 1);
      try {
        const { data, error } = await client.mutation(asDocument(document), variables).toPromise();
        const payload = payloadOf<Payload<Data> & { userErrors?: readonly FaultFragment[] }>(
          data as Record<string, unknown> | undefined,
        );
        const userErrors = payload?.userErrors ?? [];
        const faults = [...reasonsOf(error), ...userErrors.map(({ message }) => message)];
        return { payload, faults, userErrors };
      } finally {
        setUnder((now) => now - 1);
      }
    },
    [client, document],
  );
  const run = useCallback(
    (variables: Variables) => {
      const key = JSON.stringify(variables);
      const begun = doing.current.get(key) ?? begin(variables).finally(() => doing.current.delete(key));
      doing.current.set(key, begun);
      return begun;
    },
    [begin],
  );
  return [under > 0, run];
}

/** The answer of a mutation's one field. */
export type Payload<Data extends object> = Exclude<Data[Exclude<keyof Data, '__typename'>], null | undefined>;
