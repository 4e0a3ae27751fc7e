import type { ServiceHttp } from '../../../platform/clients/http/http.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Viewer } from '../../../platform/identity/service/caller.ts';
import { MAX_SDL_BYTES } from '../../../platform/supergraph/checks/sdl.ts';
import { GRAPHQL_PATH } from '../../../platform/supergraph/outside.ts';

const QUESTION = '{ _service { sdl } }';
const TIMEOUT_MS = 5_000;
/** Servers print it with what Federation adds, and JSON escapes it. */
const MAX_ANSWER_BYTES = 4 * MAX_SDL_BYTES;

const notServed = (why: string, cause?: unknown) =>
  new BlobgraphError('PROCESSOR_INVALID', `The subgraph ${why}`, { field: 'subgraph.url', cause });

function sdlIn(body: unknown): string | undefined {
  const { data } = (body ?? {}) as { data?: { _service?: { sdl?: unknown } | null } | null };
  const sdl = data?._service?.sdl;
  return typeof sdl === 'string' ? sdl : undefined;
}

/**
 * Asks a processor for the SDL that it serves, on behalf of the operator, once and for 5 s.
 * @throws BlobgraphError PROCESSOR_INVALID (field `subgraph.url`) where it does not answer with one
 */
export async function servedSdl(
  http: Pick<ServiceHttp, 'send'>,
  { id, url }: { readonly id: string; readonly url: string },
  { userId }: Viewer,
): Promise<string> {
  const baseUrl = url.slice(0, -GRAPHQL_PATH.length);
  const answer = await http
    .send(
      { id, baseUrl },
      {
        method: 'POST',
        path: GRAPHQL_PATH,
        body: { query: QUESTION },
        viewer: { userId, roles: [] },
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_ANSWER_BYTES,
      },
    )
    .catch((error: unknown) => {
      throw notServed(
        `does not answer \`${QUESTION}\` at its address within ${TIMEOUT_MS / 1_000} s. Start it first, then register.`,
        error,
      );
    });
  const sdl = sdlIn(answer.body);
  if (sdl !== undefined) return sdl;
  const refused = answer.status === 401 || answer.status === 403;
  throw notServed(
    refused
      ? `refuses \`${QUESTION}\` with ${answer.status}: it must let \`processors\` ask on behalf of a user, see Q9 of the contract.`
      : `answers \`${QUESTION}\` with ${answer.status} and no SDL.`,
  );
}
