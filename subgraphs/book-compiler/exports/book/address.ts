import { cleanText } from './clean.ts';
import { placeOf } from './ids.ts';

const ABSOLUTE = /^(?:https?|mailto):/i;

/** An address as it can stand in any file: an absolute one, or a place in the book; null for any other. */
export function addressOf(href: unknown): string | null {
  if (typeof href !== 'string') return null;
  const address = cleanText(href).trim();
  if (address.startsWith('#')) return address.length > 1 ? placeOf(address.slice(1)) : null;
  if (!ABSOLUTE.test(address) || !URL.canParse(address)) return null;
  const { href: whole, protocol, host } = new URL(address);
  if (protocol !== 'mailto:' && host === '') return null;
  // Browsers take more than the standard of addresses (RFC 3986) has.
  const outside = host.startsWith('[') ? /[|^`\\{}\s<>"]/g : /[|^`\\{}[\]\s<>"]/g;
  return whole.replaceAll(/%(?![0-9a-f]{2})/gi, '%25').replaceAll(outside, encodeURIComponent);
}
