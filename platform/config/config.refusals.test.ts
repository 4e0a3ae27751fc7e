import { describe, expect, it } from 'vitest';
import { privatePem, problems, publicPem } from './config.fixture.ts';

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
    ['CORS_ORIGINS', 'https://a.example,sekret', /^must be origins such as .*, with commas between/],
    ['INTROSPECTION', 'sekret', 'Invalid option: expected one of "everybody"|"operators"|"nobody"'],
    ['GRAPHIQL', 'sekret', 'Invalid option: expected one of "true"|"false"'],
    ['REQUIRE_SCOPES', '1', 'Invalid option: expected one of "true"|"false"'],
    ['SCOPE_PREFIX', 'sekret prefix', 'must be 1 to 64 characters that a scope may have'],
    ['JWT_CLOCK_TOLERANCE_SECONDS', '301', between(0, 300)],
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
    ['ROUTER_SECRET', 'sekret', 'must have at least 32 characters in each line'],
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
