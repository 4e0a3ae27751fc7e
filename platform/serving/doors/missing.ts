import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BlobgraphError, errorTable, shortMessage } from '../../errors/errors.ts';
import { type Method, pathOf, withoutSlash } from './methods.ts';
import { escaped, sendPage, wantsPage } from './pages.ts';

/** The error for a request without a route; `others`: methods that the path has. */
function refusalOf({ method, url }: FastifyRequest, others: readonly Method[]): BlobgraphError {
  const asked = `${method} ${pathOf(url)}`;
  if (others.length === 0)
    return new BlobgraphError('NOT_FOUND', shortMessage(`There is nothing at ${asked}.`));
  const message = `There is no ${asked}. Use ${others.join(', ')}.`;
  return new BlobgraphError('METHOD_NOT_ALLOWED', shortMessage(message));
}

/**
 * A slash too many at the end: where the same is without it. Nothing but reads are led on: what deletes one thing, its id
 * left out, could delete them all.
 */
function mendedAddress({ method, url }: FastifyRequest, app: FastifyInstance): string | undefined {
  const path = pathOf(url);
  const mended = method === 'GET' || method === 'HEAD' ? withoutSlash(path) : undefined;
  return mended !== undefined && app.methodsAt(mended).includes(method as Method)
    ? mended + url.slice(path.length)
    : undefined;
}

/** The methods that a path has, where the request's is none of them: a route may itself have found nothing. */
function otherMethods({ method, url }: FastifyRequest, app: FastifyInstance): readonly Method[] {
  const methods = app.methodsAt(pathOf(url));
  return methods.includes(method as Method) ? [] : methods;
}

function answer(request: FastifyRequest, reply: FastifyReply, app: FastifyInstance): FastifyReply {
  const to = mendedAddress(request, app);
  if (to !== undefined) return reply.redirect(to, 308);
  const others = otherMethods(request, app);
  const error = refusalOf(request, others);
  if (others.length > 0) reply.header('allow', others.join(', '));
  if (!wantsPage(request.headers.accept)) throw error;
  const title = others.length > 0 ? 'Not like this' : 'Nothing here';
  const body = `<h1>${title}</h1>\n<p class="lead">${escaped(error.message)}</p>\n<p><a href="/">To the start</a></p>`;
  return sendPage(reply.status(errorTable[error.code].status), title, body);
}

/**
 * Answers what no route takes: a read with a slash too many is led to where it is without; 405 with `Allow` where the path has
 * other methods, else 404; to a browser as a page, to others as the errors of where it was asked.
 */
export function answerMissing(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => answer(request, reply, app));
}
