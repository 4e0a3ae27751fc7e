import { isIP } from 'node:net';
import { z } from 'zod';

/** A host that may be called. */
export interface HostPattern {
  /** In lower case, without a dot at its end; of a wildcard, what comes after the star, dot included. */
  readonly name: string;
  /** Whether any name that ends so is meant. */
  readonly wildcard: boolean;
  /** Undefined: any. */
  readonly port?: number;
}

/** A host as the URL standard normalises it: decimal, octal and hexadecimal addresses become dotted ones. */
function hostOf(host: string): { readonly name: string; readonly port: string } | undefined {
  const url = `http://${host}/`;
  if (!URL.canParse(url)) return undefined;
  const { hostname, port, pathname, username, search, hash } = new URL(url);
  if (pathname !== '/' || username !== '' || search !== '' || hash !== '') return undefined;
  return { name: withoutDot(hostname), port };
}

/** A name with a dot at its end is the same name (RFC 1034, section 3.1). */
const withoutDot = (name: string): string => name.replace(/\.$/, '');

/** Reads `host`, `host:port`, or either behind `*.`; undefined when it is none of these. */
export function readHostPattern(text: string): HostPattern | undefined {
  const wildcard = text.startsWith('*.');
  const found = hostOf(wildcard ? text.slice(2) : text);
  // Port 80 is left out by the URL standard.
  const port = /:(\d{1,5})$/.exec(text)?.[1];
  if (!found || found.name === '' || found.name.includes('*') || (wildcard && isIP(found.name) !== 0))
    return undefined;
  return {
    name: wildcard ? `.${found.name}` : found.name,
    wildcard,
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

const portOf = ({ protocol, port }: URL): number =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);

/** The pattern that lets a URL's host be called, an exact one before a wildcard. */
export function patternFor(url: URL, patterns: readonly HostPattern[]): HostPattern | undefined {
  const name = withoutDot(url.hostname);
  const fitting = patterns.filter(
    (pattern) =>
      (pattern.port === undefined || pattern.port === portOf(url)) &&
      (pattern.wildcard ? name.endsWith(pattern.name) : name === pattern.name),
  );
  return fitting.find(({ wildcard }) => !wildcard) ?? fitting[0];
}

/** The exact host and port of a URL, as a pattern. */
export const exactPattern = (url: string): HostPattern => {
  const parsed = new URL(url);
  return { name: withoutDot(parsed.hostname), wildcard: false, port: portOf(parsed) };
};

/** A variable that holds hosts with commas between. */
export const hostList = z.string().transform((text, context): readonly HostPattern[] => {
  const hosts = text.split(',').map((host) => readHostPattern(host.trim()));
  if (hosts.every((host) => host !== undefined)) return hosts;
  const example = '`summary.internal,*.processors.example,10.0.0.7:8020`';
  context.addIssue({ code: 'custom', message: `must be hosts with commas between, e.g. ${example}` });
  return z.NEVER;
});
