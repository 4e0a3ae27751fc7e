import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../gateway/limits/limits.ts';
import { gatewayOptions } from './options.ts';

const needed = ['--supergraph', 'supergraph.graphql'];

describe('options of a gateway over any supergraph', () => {
  it('are few where nothing else is said', () => {
    expect(gatewayOptions(needed, {})).toEqual({
      supergraph: 'supergraph.graphql',
      host: '127.0.0.1',
      port: 4000,
      planner: 'apollo',
      forwardHeaders: [],
      logLevel: 'warn',
      limits: { requestTimeoutMs: 30_000, requests: 500 },
      operationLimits: defaultLimits,
      explain: false,
    });
  });

  it('come from the command line before they come from the environment', () => {
    const environment = { QUERY_PLANNER: 'hive', HOST: '::1', MAX_REQUESTS: '7' };
    expect(gatewayOptions(needed, environment)).toMatchObject({
      planner: 'hive',
      host: '::1',
      limits: { requests: 7 },
    });
    expect(
      gatewayOptions([...needed, '--planner', 'apollo', '--host', '0.0.0.0', '--port', '0'], environment),
    ).toMatchObject({ planner: 'apollo', host: '0.0.0.0', port: 0 });
  });

  it('need none of what a service of this system needs', () => {
    expect(gatewayOptions(needed, { NODE_ENV: 'production' })).toMatchObject({ planner: 'apollo' });
  });

  it('name headers in any case, each once', () => {
    const args = ['--forward-header', 'Authorization', '--forward-header', 'X-Tenant'];
    expect(gatewayOptions([...needed, ...args, '--forward-header=x-tenant'], {}).forwardHeaders).toEqual([
      'authorization',
      'x-tenant',
    ]);
  });

  it('set limits of operations one by one', () => {
    const args = [...needed, '--limit', 'depth=30', '--limit', 'cost=1000000'];
    expect(gatewayOptions(args, {}).operationLimits).toEqual({
      ...defaultLimits,
      depth: 30,
      cost: 1_000_000,
    });
  });

  it('ask for tokens of an issuer whose keys are known', () => {
    const args = [...needed, '--require-token'];
    const environment = { JWKS_URL: 'https://issuer.test/keys', JWT_AUDIENCE: 'graph' };
    expect(gatewayOptions(args, environment).userTokens).toEqual({
      jwksUrl: 'https://issuer.test/keys',
      audience: 'graph',
    });
    expect(() => gatewayOptions(args, {})).toThrow('set JWKS_URL or JWT_PUBLIC_KEY');
  });

  it.each([
    [[], 'Name the file of a supergraph: --supergraph FILE.'],
    [[...needed, '--port', '65536'], '--port takes a whole number from 0 (any free port) to 65535.'],
    [[...needed, '--port', '80a'], '--port takes a whole number'],
    [[...needed, '--port=-1'], '--port takes a whole number'],
    [[...needed, '--planner', 'other'], '--planner takes apollo or hive.'],
    [[...needed, '--forward-header', 'x y'], '--forward-header takes one header name.'],
    [[...needed, '--forward-header', 'Host'], '--forward-header cannot pass on host'],
    [[...needed, '--forward-header', 'content-length'], '--forward-header cannot pass on content-length'],
    [[...needed, '--limit', 'width=3'], '--limit takes NAME=NUMBER, NAME being one of textBytes, tokens,'],
    [[...needed, '--limit', 'depth=many'], '--limit takes NAME=NUMBER'],
    [[...needed, '--tls'], "Unknown option '--tls'"],
    [[...needed, 'other.graphql'], 'Unexpected argument'],
  ])('%j is refused', (args, message) => {
    expect(() => gatewayOptions(args, {})).toThrow(message);
  });

  it('refuse a variable that is bad, by its name', () => {
    expect(() => gatewayOptions(needed, { QUERY_PLANNER: 'other' })).toThrow(/^QUERY_PLANNER: /);
  });
});
