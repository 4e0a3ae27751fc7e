import type { FastifyInstance } from 'fastify';
import findMyWay from 'find-my-way';

declare module 'fastify' {
  interface FastifyInstance {
    /** The methods that a path has, as it stands in an address, in the order of {@link METHODS}; empty where it has none. */
    methodsAt(path: string): readonly Method[];
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type Method = (typeof METHODS)[number];

/** Keeps a second table of routes, by which a path is asked for all of its methods. To be called before any route is there. */
export function knowMethods(app: FastifyInstance, maxParamLength: number): void {
  const routes = findMyWay({ maxParamLength });
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) {
      if (!routes.hasRoute(each as Method, url)) routes.on(each as Method, url, () => undefined);
    }
  });
  app.decorate('methodsAt', (path: string) => METHODS.filter((method) => routes.find(method, path) !== null));
}

/** The path of an address, without its query. */
export const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';

/** The query of an address, without the question mark before it. */
export const searchOf = (url: string): string => url.slice(pathOf(url).length + 1);

/** The path without slashes at its end; undefined where there are none, or nothing else. */
export function withoutSlash(path: string): string | undefined {
  // Not by a regular expression, which takes quadratic time on a long row of slashes.
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  const bare = path.slice(0, end);
  return bare === path || bare === '' || bare.startsWith('//') ? undefined : bare;
}
