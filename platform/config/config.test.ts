import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newServiceKey, oneLine } from '../identity/keys/service-keys.ts';
import { defaultSocketLimits } from '../serving/connections/admission.ts';
import { localOrigins } from '../serving/doors/origins.ts';
import { problems, production, publicPem } from './config.fixture.ts';
import { ConfigError, loadConfig, serviceNames, servicePorts, wholeNumber } from './config.ts';

describe('defaults', () => {
  it('are a local, embedded system', () => {
    expect(loadConfig({})).toEqual({
      production: false,
      dataDir: '.blobgraph',
      portOffset: 0,
      host: '127.0.0.1',
      localCalls: true,
      logLevel: 'warn',
      namespace: 'blobgraph',
      limits: {
        requestTimeoutMs: 30_000,
        requests: 500,
        outbox: 10_000,
        userRuns: 50,
        history: { changes: 20_000, bytes: 16 * 1024 ** 2 },
        connections: 10_000,
        sockets: defaultSocketLimits,
      },
      trustedProxies: [],
      allowedHosts: [],
      corsOrigins: localOrigins,
      introspection: 'everybody',
      graphiql: true,
      queryPlanner: 'apollo',
      redis: { ttlMs: 30 * 86_400_000, embeddedBytes: 64 * 1024 ** 2 },
      webhooks: { perUser: 10, hosts: [], timeoutMs: 10_000, firstPauseMs: 5_000, giveUpMs: 259_200_000 },
      healthCheckSeconds: 2,
      reconciler: { everySeconds: 3_600, graceSeconds: 21_600, maxChanges: 1_000 },
      userTokens: { toleranceSeconds: 30, scopePrefix: 'blobgraph:', requireScopes: false },
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
    LOCAL_CALLS: 'false',
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
    CORS_ORIGINS: 'https://app.example, https://*.example.com:8443',
    INTROSPECTION: 'nobody',
    GRAPHIQL: 'true',
    JWT_CLOCK_TOLERANCE_SECONDS: '0',
    SCOPE_PREFIX: 'https://api.example/',
    REQUIRE_SCOPES: 'true',
    QUERY_PLANNER: 'hive',
    METRICS_TOKEN: 'a token of 16 or more',
  });
  expect(config).toMatchObject({
    production: true,
    host: '0.0.0.0',
    localCalls: false,
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
    corsOrigins: [
      { protocol: 'https:', host: 'app.example', wildcard: false, port: '' },
      { protocol: 'https:', host: '.example.com', wildcard: true, port: '8443' },
    ],
    introspection: 'nobody',
    graphiql: true,
    queryPlanner: 'hive',
    metricsToken: 'a token of 16 or more',
    userTokens: {
      jwksUrl: production.JWKS_URL,
      issuer: production.JWT_ISSUER,
      audience: production.JWT_AUDIENCE,
      toleranceSeconds: 0,
      scopePrefix: 'https://api.example/',
      requireScopes: true,
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

describe('production', () => {
  it('lets in no page of elsewhere, and tells the schema to operators alone', () => {
    expect(loadConfig(production)).toMatchObject({
      corsOrigins: [],
      introspection: 'operators',
      graphiql: false,
    });
  });

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
