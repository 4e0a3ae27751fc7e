import { isIP } from 'node:net';
import { kindOfAddress } from '../../../../platform/egress/addresses.ts';
import type { Egress } from '../../../../platform/egress/guarded-agent.ts';
import { type HostPattern, patternFor } from '../../../../platform/egress/hosts.ts';
import type { Resolve } from './lookups.ts';

export interface ReceiversDependencies {
  readonly production: boolean;
  /** Hosts that may be at private addresses. */
  readonly hosts: readonly HostPattern[];
}

const PRIVATE = 'must not be at a private address (WEBHOOK_HOSTS names those that may be)';

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/**
 * Where webhooks may be sent: to any public address, in production over `https:` alone. Private ones are the operator's to
 * allow, host by host: users name these addresses, and would otherwise reach what only this network reaches.
 */
export function receiversOf({ production, hosts }: ReceiversDependencies): Egress {
  return {
    refusal(text) {
      const url = new URL(text);
      if (url.protocol !== 'https:' && (production || url.protocol !== 'http:'))
        return `must begin with ${production ? '`https://`' : '`https://` or `http://`'}`;
      const host = hostOf(url);
      return isIP(host) !== 0 && !this.mayConnect(url, host) ? PRIVATE : null;
    },
    mayConnect(url, address) {
      const kind = kindOfAddress(address);
      if (kind !== 'private') return kind === 'public';
      return patternFor(url, hosts)?.wildcard === false;
    },
  };
}

/** Why nothing can be sent to a URL, by what its host resolves to now; null where it can. To follow the field's name. */
export async function unreachable(text: string, egress: Egress, resolve: Resolve): Promise<string | null> {
  const refused = egress.refusal(text);
  if (refused !== null) return refused;
  const url = new URL(text);
  if (isIP(hostOf(url)) !== 0) return null;
  const addresses = await resolve(hostOf(url)).catch(() => []);
  if (addresses.length === 0) return 'must be at a host that can be found';
  return addresses.every((address) => egress.mayConnect(url, address)) ? null : PRIVATE;
}
