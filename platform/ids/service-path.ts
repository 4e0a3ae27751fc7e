/** Ids that cannot be a path segment: URL parsers drop empty ones, `.` and `..`, percent-encoded or not. */
const LOST = /^~*\.{0,2}$/;
const MARKED = /^~+\.{0,2}$/;

/** An id as one path segment. Ids that would be dropped, and those that look escaped, get a `~` in front. */
const segmentOf = (id: string): string => encodeURIComponent(LOST.test(id) ? `~${id}` : id);

/** The id in a decoded segment: the inverse of `segmentOf`. */
export const idOfSegment = (segment: string): string => (MARKED.test(segment) ? segment.slice(1) : segment);

/**
 * A path of a service with ids in it, each of which stays one segment whatever it is: slashes, dots, nothing at all. The
 * only way to build one; our services read the ids back as they were.
 *
 *     path`/api/v1/users/${userId}/books/${bookId}`
 *
 * @throws URIError for an id with half of a surrogate pair
 */
export const path = (constant: TemplateStringsArray, ...ids: readonly string[]): string =>
  constant.reduce((built, part, index) => `${built}${segmentOf(ids[index - 1] ?? '')}${part}`);

/** A path with ids in it, and the template that it was built by. */
export interface RoutedPath {
  readonly path: string;
  /** With `:` in the place of each id, e.g. `/api/v1/users/:/books/:`. */
  readonly template: string;
}

/** A path as {@link path} builds it, with its template: a signed call says which route it is for. @throws like {@link path} */
export const routed = (constant: TemplateStringsArray, ...ids: readonly string[]): RoutedPath => ({
  path: path(constant, ...ids),
  template: constant.join(':'),
});

export const pathOf = (given: string | RoutedPath): string =>
  typeof given === 'string' ? given : given.path;

/** The template of a call's path, without its query. */
export const templateOf = (given: string | RoutedPath): string =>
  (typeof given === 'string' ? given : given.template).split('?')[0] ?? '';

const DOT_SEGMENT = /(?:^|[/\\])(?:\.|%2e){1,2}(?:[/\\?#]|$)/i;

/** Whether a path leads elsewhere than it says: to its parent, or to another host. */
export const isEscaping = (built: string): boolean =>
  !/^\/(?![/\\])/.test(built) || DOT_SEGMENT.test(built.split('?')[0] ?? '');
