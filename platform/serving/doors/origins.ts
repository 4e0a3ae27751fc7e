import { isIP } from 'node:net';
import { z } from 'zod';

/** Origins of pages (https://html.spec.whatwg.org/#concept-origin). */
export interface OriginPattern {
  /** E.g. `https:`. */
  readonly protocol: string;
  /** In lower case; of a wildcard, what comes after the star, dot included. */
  readonly host: string;
  /** Whether any name that ends so is meant. */
  readonly wildcard: boolean;
  /** Empty: the protocol's own. `*`: any. */
  readonly port: string;
}

const FORM = /^([a-z][a-z0-9+.-]*:)\/\/(\*\.)?(\[[0-9a-f:.]+\]|[^\s/?#@:*\\[\]]+)(?::(\*|\d{1,5}))?$/;
/** Labels of a name, as browsers write them. */
const LABELS = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;
const OWN_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** A host as browsers write it, in lower case, without characters beyond ASCII. Undefined when it is none. */
function hostOf(host: string): string | undefined {
  const url = `http://${host}/`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/**
 * Reads `https://app.example.com`, `https://*.example.com` (any name below) or `http://localhost:*` (any port), also of
 * apps' own schemes, e.g. `capacitor://localhost`; undefined when it is none of these.
 */
export function readOriginPattern(text: string): OriginPattern | undefined {
  const [, protocol = '', star, name = '', port = ''] = FORM.exec(text.toLowerCase()) ?? [];
  const host = name && hostOf(name);
  if (!host || Number(port === '*' ? 0 : port) > 65_535) return undefined;
  // All names of a top-level domain are nobody's own.
  const isBelow = LABELS.test(host) && isIP(host) === 0 && (host.includes('.') || host === 'localhost');
  if (star && !isBelow) return undefined;
  return {
    protocol,
    host: star ? `.${host}` : host,
    wildcard: star !== undefined,
    port: port === OWN_PORTS[protocol] ? '' : port,
  };
}

const isHost = (host: string, pattern: OriginPattern): boolean =>
  pattern.wildcard
    ? host.endsWith(pattern.host) && LABELS.test(host.slice(0, -pattern.host.length))
    : host === pattern.host;

/** Whether an `Origin` header, as browsers write it, is one of these. `null` never is. */
export function isOriginOf(origin: string, patterns: readonly OriginPattern[]): boolean {
  const [, protocol = '', star, host = '', port = ''] = FORM.exec(origin) ?? [];
  if (!host || star || port === '*') return false;
  return patterns.some(
    (pattern) =>
      pattern.protocol === protocol &&
      (pattern.port === '*' || pattern.port === port) &&
      isHost(host, pattern),
  );
}

/** Whether an `Origin` header names the host that the request went to. */
export function isOwnOrigin(origin: string, host: string | undefined): boolean {
  const [, protocol = '', , name = '', port = ''] = FORM.exec(origin) ?? [];
  if (!name || host === undefined || /[@/?#\\]/.test(host) || !Object.hasOwn(OWN_PORTS, protocol))
    return false;
  const asked = `${protocol}//${host}`;
  return URL.canParse(asked) && new URL(asked).host === (port === '' ? name : `${name}:${port}`);
}

/** Pages that are developed on this machine. */
export const localOrigins: readonly OriginPattern[] = ['http:', 'https:'].flatMap((protocol) =>
  ['localhost', '127.0.0.1', '[::1]'].map((host) => ({ protocol, host, wildcard: false, port: '*' })),
);

/** A variable that holds origins, with commas between. */
export const originList = z.string().transform((text, context): readonly OriginPattern[] => {
  const patterns = text.split(',').map((entry) => readOriginPattern(entry.trim()));
  if (patterns.every((pattern) => pattern !== undefined)) return patterns;
  context.addIssue({
    code: 'custom',
    message:
      'must be origins such as https://app.example.com, https://*.example.com or http://localhost:*, with commas between and without a path; no `*` alone, nor `null`',
  });
  return z.NEVER;
});
