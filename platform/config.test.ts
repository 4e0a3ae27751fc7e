import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, loadConfig, serviceNames, servicePorts, wholeNumber } from './config.ts';
import { newServiceKey, oneLine } from './identity/service/keys.ts';
import { defaultSocketLimits } from './serving/websocket/admission.ts';

/** The lines of the refusal of an environment. */
function problems(environment: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
  throw new Error('The environment was taken');
}

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const production = {
  NODE_ENV: 'production',
  JWKS_URL: 'https://login.example/jwks.json',
  JWT_ISSUER: 'https://login.example/',
  JWT_AUDIENCE: 'blobgraph',
  CONNECTION_KEY: Buffer.alloc(32, 7).toString('base64'),
};

describe('defaults', () => {
  it('are a local, embedded system', () => {
    expect(loadConfig({})).toEqual({
      production: false,
      dataDir: '.blobgraph',
      portOffset: 0,
      host: '127.0.0.1',
      logLevel: 'warn',
      namespace: 'blobgraph',
      limits: {
        requestTimeoutMs: 30_000,
        requests: 500,
        outbox: 10_000,
        history: { changes: 20_000, bytes: 16 * 1024 ** 2 },
        connections: 10_000,
        sockets: defaultSocketLimits,
      },
      trustedProxies: [],
      allowedHosts: [],
      queryPlanner: 'apollo',
      redis: { ttlMs: 30 * 86_400_000, embeddedBytes: 64 * 1024 ** 2 },
      reconciler: { everySeconds: 3_600, graceSeconds: 21_600, maxChanges: 1_000 },
      userTokens: {},
      serviceKeys: {},
      services: serviceNames,
      settings: expect.any(Function),
      urls: Object.fromEntries(serviceNames.map((name) => [name, `http://127.0.0.1:${servicePorts[name]}`])),
    });
  });

  it('stand in for empty values', () => {
    const empty = [
      'NODE_ENV',
      'DATA_DIR',
      'PORT_OFFSET',
      'MONGO_URL',
      'NATS_URL',
      'JWT_PUBLIC_KEY',
      'STATE_URL',
    ];
    const { settings: _, ...values } = loadConfig(Object.fromEntries(empty.map((name) => [name, ''])));
    expect(loadConfig({})).toMatchObject(values);
  });
});

it('reads what is set', () => {
  const config = loadConfig({
    ...production,
    PORT_OFFSET: '100',
    HOST: '0.0.0.0',
    MONGO_URL: 'mongodb+srv://user:word@host/?tls=true',
    POSTGRES_URL: 'postgresql://user:word@host/db',
    NATS_URL: 'nats://a:4222, b:4222',
    NATS_REPLICAS: '3',
    NATS_MAX_AGE_HOURS: '24',
    NATS_MAX_MEBIBYTES: '64',
    NATS_KEPT_PERCENT: '60',
    NATS_DEDUP_MINUTES: '60',
    NATS_DEAD_LETTER_DAYS: '7',
    S3_ENDPOINT: 'https://s3.example',
    S3_BUCKET: 'exports',
    S3_REGION: 'eu-west-1',
    S3_ACCESS_KEY_ID: 'key',
    S3_SECRET_ACCESS_KEY: 'secret',
    TEXT_EXPANSION_URL: 'https://expansion.example/base//',
    REQUEST_TIMEOUT_MS: '5000',
    MAX_REQUESTS: '50',
    MAX_OUTBOX: '100',
    MAX_HISTORY_CHANGES: '500',
    MAX_HISTORY_MEBIBYTES: '4',
    MAX_CONNECTIONS: '60',
    MAX_SOCKETS: '50',
    MAX_SOCKETS_UNAUTHENTICATED: '5',
    MAX_SOCKETS_PER_USER: '3',
    MAX_SOCKETS_PER_ADDRESS: '0',
    MAX_SOCKET_MEBIBYTES: '64',
    TRUSTED_PROXIES: '10.0.0.0/8, fd00::1',
    ALLOWED_HOSTS: 'probe.example',
    QUERY_PLANNER: 'hive',
    METRICS_TOKEN: 'a token of 16 or more',
  });
  expect(config).toMatchObject({
    production: true,
    host: '0.0.0.0',
    mongoUrl: 'mongodb+srv://user:word@host/?tls=true',
    postgresUrl: 'postgresql://user:word@host/db',
    nats: {
      servers: ['nats://a:4222', 'b:4222'],
      replicas: 3,
      maxAgeMs: 86_400_000,
      maxBytes: 64 * 1024 ** 2,
      keptShare: 0.6,
      dedupWindowMs: 3_600_000,
      deadLetterMaxAgeMs: 7 * 86_400_000,
    },
    s3: {
      endpoint: 'https://s3.example',
      bucket: 'exports',
      region: 'eu-west-1',
      accessKeyId: 'key',
      secretAccessKey: 'secret',
    },
    connectionKey: Buffer.alloc(32, 7),
    limits: {
      requestTimeoutMs: 5_000,
      requests: 50,
      outbox: 100,
      history: { changes: 500, bytes: 4 * 1024 ** 2 },
      connections: 60,
      sockets: { sockets: 50, unauthenticated: 5, perUser: 3, perAddress: 0, heldBytes: 64 * 1024 ** 2 },
    },
    trustedProxies: ['10.0.0.0/8', 'fd00::1'],
    allowedHosts: ['probe.example'],
    queryPlanner: 'hive',
    metricsToken: 'a token of 16 or more',
    userTokens: {
      jwksUrl: production.JWKS_URL,
      issuer: production.JWT_ISSUER,
      audience: production.JWT_AUDIENCE,
    },
  });
  expect(config.urls).toMatchObject({
    state: 'http://127.0.0.1:8106',
    'text-expansion': 'https://expansion.example/base',
  });
});

it('runs the services that are named, in the order in which they start', () => {
  expect(loadConfig({ SERVICES: 'gateway, state' }).services).toEqual(['gateway', 'state']);
  expect(loadConfig({ SERVICES: 'state,schemas' }).services).toEqual(['schemas', 'state']);
});

it('takes a public key in place of a JWKS_URL', () => {
  const { JWKS_URL: _, ...others } = production;
  expect(loadConfig({ ...others, JWT_PUBLIC_KEY: publicPem }).userTokens.publicKey).toBe(publicPem);
});

describe('a bad value is refused by its variable and what is allowed, and not repeated', () => {
  const between = (min: number, max: number) => `must be a whole number from ${min} to ${max}`;
  const http = 'must be a URL that starts with http:// or https://';
  const publicKeyFix = 'must be a public key in PEM (SPKI), from -----BEGIN PUBLIC KEY----- on, in lines';
  const natsFix = 'must be one or several URLs that start with nats:// or tls://, with commas between';

  const bucketFix =
    'must be 3 to 63 lower-case letters, digits, dots or hyphens, a letter or digit first and last';

  it.each([
    ['NODE_ENV', 'sekret', 'Invalid option: expected one of "development"|"production"|"test"'],
    ['LOG_LEVEL', 'sekret', /^Invalid option: expected one of "trace"\|/],
    ['SERVICES', 'state,sekret', /^must be some of gateway,.*state.*, with commas between$/],
    ['PORT_OFFSET', 'sekret', between(0, 50_000)],
    ['PORT_OFFSET', '-7777', between(0, 50_000)],
    ['PORT_OFFSET', '50001', between(0, 50_000)],
    ['PORT_OFFSET', '77.5', between(0, 50_000)],
    ['PORT_OFFSET', ' 77', between(0, 50_000)],
    ['PORT_OFFSET', '0x77', between(0, 50_000)],
    ['REQUEST_TIMEOUT_MS', '99', between(100, 600_000)],
    ['MAX_REQUESTS', '700000', between(1, 100_000)],
    ['QUERY_PLANNER', 'sekret', /^Invalid option: expected one of "apollo"\|"hive"$/],
    ['MAX_CONNECTIONS', '9', between(10, 1_000_000)],
    ['MAX_SOCKETS', '7777777', between(1, 1_000_000)],
    ['MAX_SOCKET_MEBIBYTES', '31', between(32, 1_048_576)],
    ['TRUSTED_PROXIES', '10.0.0.1,sekret', /^must be addresses or networks such as .*, with commas between$/],
    ['ALLOWED_HOSTS', 'http://sekret', 'must be host names without a port, with commas between'],
    ['MAX_OUTBOX', 'sekret', between(1, 100_000_000)],
    ['MAX_HISTORY_CHANGES', '9', between(10, 10_000_000)],
    ['MAX_HISTORY_MEBIBYTES', '0', between(1, 65_536)],
    ['METRICS_TOKEN', 'sekret', 'must have at least 16 characters'],
    ['NATS_REPLICAS', '6', between(1, 5)],
    ['NATS_MAX_AGE_HOURS', 'sekret', between(1, 87_600)],
    ['NATS_MAX_MEBIBYTES', '15', between(16, 16_777_216)],
    ['NATS_KEPT_PERCENT', '81', between(10, 80)],
    ['NATS_DEDUP_MINUTES', 'sekret', between(2, 1_440)],
    ['NATS_DEAD_LETTER_DAYS', 'sekret', between(1, 3_650)],
    ['S3_ENDPOINT', 'sekret:9000', http],
    ['S3_PUBLIC_ENDPOINT', 'sekret:9000', http],
    ['S3_BUCKET', 'Sekret', bucketFix],
    ['S3_BUCKET', 'sekret-', bucketFix],
    ['S3_REGION', 'Sekret', 'must be lower-case letters, digits and hyphens'],
    ['MONGO_URL', 'http://user:sekret@host', 'must be a URL that starts with mongodb:// or mongodb+srv://'],
    ['MONGO_URL', 'user:sekret@host', 'must be a URL that starts with mongodb:// or mongodb+srv://'],
    [
      'POSTGRES_URL',
      'mysql://user:sekret@host',
      'must be a URL that starts with postgres:// or postgresql://',
    ],
    ['NATS_URL', 'http://user:sekret@host', natsFix],
    ['NATS_URL', 'nats://sekret,', natsFix],
    ['NAMESPACE', 'Sekret-Name', 'must be 1 to 31 lower-case letters, digits or underscores, a letter first'],
    ['JWKS_URL', 'sekret', http],
    ['JWKS_URL', 'file:///sekret', http],
    ['STATE_URL', 'sekret:8006', http],
    ['TEXT_EXPANSION_URL', '//sekret', http],
    ['JWT_PUBLIC_KEY', 'sekret', publicKeyFix],
    ['JWT_PUBLIC_KEY', privatePem, publicKeyFix],
    ['JWT_PUBLIC_KEY', publicPem.replaceAll('M', '?'), publicKeyFix],
    ['SERVICE_SECRET', 'sekret', 'must have at least 32 characters'],
    ['ROUTER_SECRET', 'sekret', 'must have at least 32 characters'],
    ['STATE_KEY', 'sekret', 'must be private Ed25519 keys: PKCS#8, in PEM or its base64 alone'],
    ['PROCESSOR_HOSTS', 'http://sekret', /^must be hosts with commas between/],
    ['PROCESSOR_HOSTS', 'a.example,', /^must be hosts with commas between/],
    ['CONNECTION_KEY', 'sekret', 'must be 32 bytes in base64'],
  ])('%s=%j', (variable, value, fix) => {
    const beside = {
      S3_ENDPOINT: 'http://s3',
      S3_ACCESS_KEY_ID: 'a',
      S3_SECRET_ACCESS_KEY: 'b',
    };
    const lines = problems({ ...beside, [variable]: value });
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^${variable}: `))]);
    const [line = ''] = lines;
    const told = line.slice(variable.length + 2);
    if (typeof fix === 'string') expect(told).toBe(fix);
    else expect(told).toMatch(fix);
    expect(line).not.toContain(value);
    expect(line.toLowerCase()).not.toContain('sekret');
  });

  it('names every bad variable at once', () => {
    expect(problems({ PORT_OFFSET: 'x', JWKS_URL: 'x', NODE_ENV: 'production' })).toEqual([
      expect.stringMatching(/^PORT_OFFSET: /),
      expect.stringMatching(/^JWKS_URL: must be/),
      expect.stringMatching(/^JWT_ISSUER: set it/),
      expect.stringMatching(/^JWT_AUDIENCE: set it/),
      expect.stringMatching(/^CONNECTION_KEY: set it/),
    ]);
  });
});

describe('production', () => {
  it('has a reconciler that waits longer than any work may take', () => {
    const withGrace = (seconds: string) => ({ ...production, RECONCILE_GRACE_SECONDS: seconds });
    expect(problems(withGrace('21242'))).toEqual([
      'RECONCILE_GRACE_SECONDS: set it to at least 21243 in production: so long may work go on',
    ]);
    expect(loadConfig(withGrace('21243')).reconciler.graceSeconds).toBe(21_243);
    expect(loadConfig({ RECONCILE_GRACE_SECONDS: '0' }).reconciler.graceSeconds).toBe(0);
    expect(loadConfig(production).reconciler.graceSeconds).toBeGreaterThan(21_243);
  });

  it.each([
    ['JWKS_URL', 'JWKS_URL: set it, or JWT_PUBLIC_KEY, in production'],
    ['JWT_ISSUER', 'JWT_ISSUER: set it in production to the issuer of the users’ tokens'],
    ['JWT_AUDIENCE', 'JWT_AUDIENCE: set it in production to the audience of the users’ tokens'],
    ['CONNECTION_KEY', 'CONNECTION_KEY: set it in production to 32 random bytes in base64'],
  ])('does not start without %s, nor with an empty one', (variable, line) => {
    const { [variable as keyof typeof production]: _, ...others } = production;
    expect(problems(others)).toEqual([line]);
    expect(problems({ ...others, [variable]: '' })).toEqual([line]);
    expect(loadConfig({ ...others, NODE_ENV: 'development' }).production).toBe(false);
  });
});

describe('keys of services', () => {
  const key = oneLine(newServiceKey());

  it('are read for each service by its own variable, or are named by a file', () => {
    const { serviceKeys } = loadConfig({ STATE_KEY: key, TEXT_EXPANSION_KEY_FILE: '/run/secrets/key' });
    expect(serviceKeys).toEqual({ state: { text: key }, 'text-expansion': { file: '/run/secrets/key' } });
    expect(problems({ STATE_KEY: key, STATE_KEY_FILE: 'x' })).toEqual([
      'STATE_KEY_FILE: set it or STATE_KEY, not both',
    ]);
  });

  it('are needed in production by the processes that run the services', () => {
    const told = (running: Parameters<typeof loadConfig>[1], more: Record<string, string> = {}) => {
      try {
        loadConfig({ ...production, ...more }, running);
        return [];
      } catch (error) {
        return (error as Error).message.split('\n');
      }
    };
    expect(told(['state'])).toEqual([
      'STATE_KEY: set it, or STATE_KEY_FILE, in production to the service’s own private key (`npm run keys`)',
    ]);
    expect(told(['state'], { STATE_KEY: key })).toEqual([]);
    expect(told('all')).toHaveLength(serviceNames.length);
    expect(told('all', { SERVICES: 'state,events' })).toHaveLength(2);
    expect(told([])).toEqual([]);
  });
});

describe('settings of one service', () => {
  const schema = z.object({ WORDS: wholeNumber(1, 9).default(5), TITLE: z.string().optional() });

  it('are read with their defaults, empty values left out', () => {
    expect(loadConfig({ WORDS: '7', TITLE: '' }).settings(schema)).toEqual({ WORDS: 7 });
    expect(loadConfig({}).settings(schema)).toEqual({ WORDS: 5 });
  });

  it('are refused by name, and not repeated', () => {
    const read = () => loadConfig({ WORDS: '70' }).settings(schema);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/^WORDS: must be a whole number from 1 to 9$/);
  });
});

it('wants the keys of S3 beside its address, and the address beside its keys', () => {
  expect(problems({ S3_ENDPOINT: 'http://127.0.0.1:9000' })).toEqual([
    'S3_ACCESS_KEY_ID: set it beside S3_ENDPOINT',
    'S3_SECRET_ACCESS_KEY: set it beside S3_ENDPOINT',
  ]);
  for (const variable of ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'])
    expect(problems({ [variable]: 'blobgraph' })).toEqual([
      'S3_ENDPOINT: set it beside S3_BUCKET and its keys, e.g. to https://s3.eu-west-1.amazonaws.com',
    ]);
});

it('remembers the ids of events no longer than the events', () => {
  expect(problems({ NATS_MAX_AGE_HOURS: '1' })).toEqual([
    'NATS_DEDUP_MINUTES: an id cannot be remembered for longer than NATS_MAX_AGE_HOURS keeps its event',
  ]);
  expect(loadConfig({ NATS_MAX_AGE_HOURS: '1', NATS_DEDUP_MINUTES: '60' }).nats).toBeUndefined();
});
