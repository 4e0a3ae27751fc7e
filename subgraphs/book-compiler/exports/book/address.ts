import { cleanText } from './clean.ts';
import { placeOf } from './ids.ts';

const ABSOLUTE = /^(?:https?|mailto):/i;

/** A link's address: absolute, or a place in the book. Null for any other. */
export function addressOf(href: unknown): string | null {
  if (typeof href !== 'string') return null;
  const address = cleanText(href).trim();
  if (address.startsWith('#')) return address.length > 1 ? placeOf(address.slice(1)) : null;
  if (!ABSOLUTE.test(address) || !URL.canParse(address)) return null;
  const { href: whole, protocol, host } = new URL(address);
  if (protocol !== 'mailto:' && host === '') return null;
  // Browsers accept more characters than RFC 3986 allows.
  const outside = host.startsWith('[') ? /[|^`\\{}\s<>"]/g : /[|^`\\{}[\]\s<>"]/g;
  return whole.replaceAll(/%(?![0-9a-f]{2})/gi, '%25').replaceAll(outside, encodeURIComponent);
}
