/** RFC 6901: `~` and `/` in a name are written `~0` and `~1`. */
const escapeName = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
const unescapeName = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

/** The JSON pointer of a member of what `pointer` points at. */
export const below = (pointer: string, name: string | number): string =>
  `${pointer}/${escapeName(String(name))}`;

/** The names along a JSON pointer; none for the whole document. */
export const tokensOf = (pointer: string): string[] => pointer.split('/').slice(1).map(unescapeName);

/** The pointer as the path of an input's field: `/metadata/chapter_num` is `data.metadata.chapter_num`. */
export const fieldOf = (pointer: string, root = 'data'): string => [root, ...tokensOf(pointer)].join('.');
