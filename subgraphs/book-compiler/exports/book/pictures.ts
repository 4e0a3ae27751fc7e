const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const OWN = `(?:blob:|/api/v1/(?:processors/[a-z0-9-]{1,64}/)?blobs/)(${UUID})`;
const OWN_ADDRESS = new RegExp(`^${OWN}(?:[/?#]|$)`, 'i');
const OWN_ADDRESSES = new RegExp(`${OWN}(?![\\w-])`, 'gi');

/**
 * The id of the image's blob in a picture's address: `blob:` and the id, or the gateway's path of the blob or of one of
 * its renditions. Null for any other: pictures elsewhere are not fetched, as that would reveal the readers.
 */
export const pictureIdOf = (address: string): string | null =>
  OWN_ADDRESS.exec(address.trim())?.[1]?.toLowerCase() ?? null;

/** Ids of the image blobs that texts may show, each once, in order. */
export function pictureIdsIn(texts: Iterable<string>): string[] {
  const ids = new Set<string>();
  for (const text of texts) for (const [, id = ''] of text.matchAll(OWN_ADDRESSES)) ids.add(id.toLowerCase());
  return [...ids];
}
