/** Of ids, those that are no segment of a path by themselves: URLs lose the empty one, `.` and `..`, percent-encoded or not. */
const LOST = /^~*\.{0,2}$/;
const MARKED = /^~+\.{0,2}$/;

/** An id as one segment of a path. `~` goes before one that would be lost, and before one that would be taken for such. */
const segmentOf = (id: string): string => encodeURIComponent(LOST.test(id) ? `~${id}` : id);

/** The id that a decoded segment stands for. */
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

const DOT_SEGMENT = /(?:^|[/\\])(?:\.|%2e){1,2}(?:[/\\?#]|$)/i;

/** Whether a path leads elsewhere than it says: to its parent, or to another host. */
export const isEscaping = (built: string): boolean =>
  !/^\/(?![/\\])/.test(built) || DOT_SEGMENT.test(built.split('?')[0] ?? '');
