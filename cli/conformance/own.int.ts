import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it, onTestFinished } from 'vitest';
import { freePortOffset } from '../../e2e/harness/ports.ts';
import { type ServiceName, servicePorts } from '../../platform/config/config.ts';
import { openS3Objects } from '../../platform/objects/objects.s3.ts';
import { scopedObjects } from '../../platform/objects/scoped.ts';
import { builtFile } from '../../platform/process/paths.ts';
import { services } from '../../platform/testing/services.ts';
import { originalKey } from '../../subgraphs/image-processor/uploads/original.ts';
import { processors } from '../system/subgraphs.generated.ts';
import { conformance, wrongIn } from './conformance.fixture.ts';
import { ALICE, BOB, CAROL } from './lab/lab.ts';

/** The project's own processors keep the contract that strangers are held to. */

interface Surrounding {
  readonly namespace: string;
}

interface Case {
  /** Documents that it takes, by schema. */
  readonly samples?: Readonly<Record<string, object>>;
  /** To be there before. */
  readonly prepare?: (where: Surrounding) => Promise<Readonly<Record<string, object>>>;
  /** Whose questions of it are counted. */
  readonly store?: 'MONGO_URL' | 'POSTGRES_URL' | 'REDIS_URL';
  /** The GraphQL operation that makes a blob of a processor that works on demand. */
  readonly operation?: object;
  /** Sentences that cannot be looked at, by their beginnings. Default: none but `N` and those about a store that is not watched. */
  readonly unchecked?: RegExp;
}

const COMPILE = `mutation ($input: CompileBookInput!) {
  compileBook(input: $input) { compiledBook { id } userErrors { field code message } }
}`;

const BOOK = {
  ...{
    book_id: 'conformance',
    version: 1,
    word_count: 32,
    character_count: 150,
    language: 'en',
    chapter_count: 1,
  },
  ...{ source_blob_ids: ['018f3a4e-7d2c-7b11-9c55-2f1e6a0b4c3d'], compile_config: { use_expanded: false } },
  full_text:
    '# The harbour\n\nIt rained on the harbour all night, and Elspeth Crane counted the boats. Twelve had gone.\n',
};

/** Users’ pictures lie in the object store before their blobs are made. */
async function uploadPictures({ namespace }: Surrounding) {
  const objects = scopedObjects(openS3Objects(services().s3), `${namespace}/image-processor`);
  const picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#3366aa' } })
    .png()
    .toBuffer();
  const sha256 = createHash('sha256').update(picture).digest('hex');
  const data = {
    upload_id: 'conformance',
    file_name: 'harbour.png',
    content_type: 'image/png',
    size_bytes: picture.length,
    sha256,
  };
  for (const user of [ALICE, BOB, CAROL])
    await objects.put(originalKey(user, data), picture, { contentType: 'image/png' });
  await objects.close();
  return { 'image-input-v1': data };
}

const cases: Partial<Record<keyof typeof processors, Case>> = {
  'text-expansion': { store: 'MONGO_URL' },
  'book-compiler': {
    store: 'POSTGRES_URL',
    operation: { query: COMPILE, variables: { input: { bookId: 'conformance', useExpanded: false } } },
    // It takes no events.
    unchecked: /^(E|R[12349]|D2)/,
  },
  'text-insights': { store: 'REDIS_URL' },
  'pitch-builder': { store: 'POSTGRES_URL', samples: { 'compiled-book-v1': BOOK } },
  'image-processor': { store: 'POSTGRES_URL', prepare: uploadPictures },
};

async function environmentOf(id: ServiceName, dataDir: string) {
  const { mongoUrl, postgresUrl, redisUrl, s3 } = services();
  const offset = await freePortOffset();
  const environment = {
    ...{ NODE_ENV: 'test', DATA_DIR: dataDir, PORT_OFFSET: String(offset), LOG_LEVEL: 'silent' },
    ...{ MONGO_URL: mongoUrl, POSTGRES_URL: postgresUrl, REDIS_URL: redisUrl },
    ...{ S3_ENDPOINT: s3.endpoint, S3_BUCKET: s3.bucket, S3_ACCESS_KEY_ID: s3.accessKeyId },
    ...{ S3_SECRET_ACCESS_KEY: s3.secretAccessKey },
  };
  return { environment, url: `http://127.0.0.1:${servicePorts[id] + offset}` };
}

it.each(Object.keys(processors) as (keyof typeof processors)[])(
  '%s',
  async (id) => {
    const { store, operation, samples, prepare, unchecked = /^(?!)/ } = cases[id] ?? {};
    const namespace = `conformance_${randomBytes(5).toString('hex')}`;
    const dataDir = await mkdtemp(join(tmpdir(), 'blobgraph-conformance-'));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    const file = join(dataDir, 'operation.json');
    if (operation) await writeFile(file, JSON.stringify(operation));
    const { environment, url } = await environmentOf(id, dataDir);
    const options = [
      '--namespace',
      namespace,
      ...(operation ? ['--operation', file] : []),
      ...(store ? ['--store', store] : []),
    ];
    for (const [schema, sample] of Object.entries({ ...samples, ...(await prepare?.({ namespace })) })) {
      await writeFile(join(dataDir, `${schema}.json`), JSON.stringify(sample));
      options.push('--sample', `${schema}=${join(dataDir, `${schema}.json`)}`);
    }
    const command = [process.execPath, builtFile('cli/start-service.ts'), id];
    const report = await conformance(
      ['--url', url, '--patience', '60', ...options, '--', ...command],
      environment,
    );
    expect(wrongIn(report, 'MUST')).toEqual([]);
    const missed = report.sentences.filter(
      (each) => each.outcome === 'unchecked' && !unchecked.test(each.id),
    );
    const expected = store ? [] : ['B8', 'Q6'];
    expect(
      missed
        .map((each) => `${each.id}: ${each.seen}`)
        .filter((each) => !expected.includes(each.split(':')[0] ?? '')),
    ).toEqual([]);
  },
  600_000,
);
