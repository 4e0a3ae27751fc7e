import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freeServerPort } from '../../e2e/harness/ports.ts';
import { PYTHON_PROCESSOR, python } from '../../e2e/harness/python.ts';
import type { SqlServer } from '../../platform/sql/database.ts';
import { openTemporaryPostgres } from '../../platform/testing/postgres.ts';
import { services } from '../../platform/testing/services.ts';
import { conformance, wrongIn } from './conformance.fixture.ts';

/** Processors that get one thing wrong each are told of it, by its sentence and no other. */

type Change = readonly [file: 'processor.py' | 'identity.py' | 'schema.graphql', from: string, to: string];

const ALL_OF_A_USER = 'SELECT * FROM word_counts WHERE id = ANY($1::uuid[])';

const mutants: Readonly<
  Record<string, { readonly changes: readonly Change[]; readonly told: readonly string[] }>
> = {
  'one as it is': { changes: [], told: [] },
  'an id of its own': {
    changes: [['processor.py', '["derived", source, ID, VERSION] +', '["derived", source, VERSION, ID] +']],
    told: ['D1', 'D2'],
  },
  'one id for all generations': {
    changes: [['processor.py', ' + ([str(generation)] if generation > 0 else [])', '']],
    told: ['D2'],
  },
  'tokens for other services': {
    changes: [
      [
        'identity.py',
        'audience=self.service, leeway=90, options={"strict_aud": True}',
        'leeway=90, options={"verify_aud": False}',
      ],
    ],
    told: ['I2'],
  },
  'tokens for other routes': {
    changes: [['identity.py', 'claims["route"] == route and ', '']],
    told: ['I3'],
  },
  'tokens that have ended': { changes: [['identity.py', 'leeway=90', 'leeway=10_000_000']], told: ['I4'] },
  'any signature': {
    changes: [
      [
        'identity.py',
        'options={"strict_aud": True}',
        'options={"verify_signature": False, "verify_exp": True, "verify_iat": True, "verify_aud": True, "strict_aud": True}',
      ],
    ],
    told: ['I5'],
  },
  'deletion by anybody': {
    changes: [
      ['processor.py', '"POST /blobs/delete": (["state"]', '"POST /blobs/delete": (["state", "gateway"]'],
    ],
    told: ['I6'],
  },
  'keys that are read once': {
    changes: [
      [
        'identity.py',
        '(service, kid) not in self.known and time',
        'service not in [name for name, _ in self.known] and time',
      ],
    ],
    told: ['I8'],
  },
  'calls for another route': {
    changes: [['processor.py', "f'{method} {path}', user)", "f'{method} /', user)"]],
    told: ['I9'],
  },
  'blobs of anybody': {
    changes: [
      [
        'processor.py',
        'row = await db.fetchrow(OF_USER, request.state.user, uuids([id]))',
        `row = await db.fetchrow("${ALL_OF_A_USER}", uuids([id]))`,
      ],
    ],
    told: ['B2'],
  },
  'entities of anybody': {
    changes: [
      [
        'processor.py',
        'rows = await db.fetch(OF_USER, info.context, uuids(',
        `rows = await db.fetch("${ALL_OF_A_USER}", uuids(`,
      ],
    ],
    told: ['Q4'],
  },
  'a graph for the gateway alone': {
    changes: [
      [
        'processor.py',
        '"POST /graphql": (["gateway", "processors"], [])',
        '"POST /graphql": (["gateway"], [])',
      ],
    ],
    told: ['Q9'],
  },
  'entities one by one': {
    changes: [
      [
        'processor.py',
        'rows = await db.fetch(OF_USER, info.context, uuids([str(each.get("id")) for each in representations]))',
        'rows = [row for each in representations for row in await db.fetch(OF_USER, info.context, uuids([str(each.get("id"))]))]',
      ],
    ],
    told: ['Q6'],
  },
  'acknowledgement before the result is stored': {
    changes: [
      [
        'processor.py',
        'async def run(event: Event, attempt: int):',
        'async def run(event: Event, attempt: int, message):',
      ],
      [
        'processor.py',
        '    if not begun["done"]:',
        '    await message.ack_sync()\n    if not begun["done"]:',
      ],
      [
        'processor.py',
        'await run(event, event.attempt(message))\n        await message.ack_sync()',
        'await run(event, event.attempt(message), message)',
      ],
      ['processor.py', '"waiting", 30', '"waiting", 1'],
    ],
    told: ['E4'],
  },
  'what was deleted': {
    changes: [
      ['processor.py', 'if refused.code in ("BLOB_DELETED", "USER_ERASING"):', 'if refused.code == "NEVER":'],
    ],
    told: ['R9'],
  },
  'results that cannot be read yet': {
    changes: [
      [
        'processor.py',
        'if row is None:\n        raise',
        'if row is None or row["registration"] != "registered":\n        raise',
      ],
    ],
    told: ['R6'],
  },
  'attempts that do not count': {
    changes: [['processor.py', 'return first + int(', 'return 1 + 0 * int(']],
    told: ['R2'],
  },
  'everybody’s events': {
    changes: [['processor.py', 'return is_mine and self.schema_id == TAKES and', 'return is_mine and']],
    told: ['E3'],
  },
  'poison that stays': {
    changes: [['processor.py', 'return await message.term()', 'return None']],
    told: ['E6'],
  },
  'one run at a time': {
    changes: [
      [
        'processor.py',
        'RUNS_AT_ONCE, TRIES, BODY_LIMIT, FIRST = 4,',
        'RUNS_AT_ONCE, TRIES, BODY_LIMIT, FIRST = 1,',
      ],
    ],
    told: ['E9'],
  },
  'a limit of deliveries': { changes: [['processor.py', 'max_deliver=-1', 'max_deliver=50']], told: ['E1'] },
  'an index that cannot be shared': {
    changes: [['schema.graphql', 'type BlobIndex @key(fields: "id", resolvable: false)', 'type BlobIndex']],
    // No stub any more, its field would have to be described, too.
    told: ['Q2', 'Q8'],
  },
  'a type that is no blob': {
    changes: [['schema.graphql', 'type WordCount implements Blob', 'type WordCount']],
    told: ['Q1', 'Q2'],
  },
  'a hang': {
    changes: [
      [
        'processor.py',
        'async def counts(body: Users):\n',
        'async def counts(body: Users):\n    await asyncio.sleep(60)\n',
      ],
    ],
    told: ['L3'],
  },
  'a stack': {
    changes: [
      [
        'processor.py',
        '"There is no blob of this id, or it is not yours."',
        '\'Traceback (most recent call last):\\n  File "/srv/processor.py", line 7\'',
      ],
    ],
    told: ['L2'],
  },
  'the wrong status of a code': {
    changes: [
      ['processor.py', 'Refused(400, "VALIDATION_FAILED", f"', 'Refused(422, "VALIDATION_FAILED", f"'],
    ],
    told: ['L1'],
  },
  'the wrong code of a path': {
    changes: [
      [
        'processor.py',
        'Refused(404, "NOT_FOUND", "There is nothing',
        'Refused(400, "BAD_REQUEST", "There is nothing',
      ],
    ],
    told: ['L6'],
  },
  'blobs of before': { changes: [['processor.py', 'OR created_at >= $4)', 'OR true)']], told: ['B6'] },
  'a registration that is never noted': {
    changes: [['processor.py', 'registration = "registered"', 'registration = "waiting"']],
    told: ['V3'],
  },
};

let interpreter: string;
let stores: SqlServer;
let folder: string;

beforeAll(async () => {
  interpreter = await python();
  stores = openTemporaryPostgres();
  folder = await mkdtemp(join(tmpdir(), 'blobgraph-wrong-'));
});
afterAll(async () => {
  await stores?.close();
  await rm(folder, { recursive: true, force: true });
});

async function mutated(name: string, changes: readonly Change[]): Promise<string> {
  const own = join(folder, name.replaceAll(/\W/g, '_'));
  await cp(PYTHON_PROCESSOR, own, { recursive: true });
  for (const [file, from, to] of changes) {
    const text = await readFile(join(own, file), 'utf8');
    expect(text, `${file} has another text now`).toContain(from);
    await writeFile(join(own, file), text.replace(from, to));
  }
  return own;
}

async function storeOf(index: number): Promise<string> {
  const database = await stores.database(`wrong_${index}`);
  const [named] = await database.query<{ name: string }>('SELECT current_database() AS name');
  return `${services().postgresUrl.replace(/\/[^/]*$/, '')}/${named?.name}`;
}

// Most of the time is spent on waiting.
it.concurrent.each(Object.entries(mutants).map(([name, mutant], index) => ({ name, index, ...mutant })))(
  '$name',
  async ({ name, index, changes, told }) => {
    const own = await mutated(name, changes);
    const port = await freeServerPort();
    const args = [
      ...['--url', `http://127.0.0.1:${port}`, '--store', 'POSTGRES_URL'],
      ...['--registration', join(own, 'registration.json'), '--schema', join(own, 'word-count-v1.json')],
      ...['--', interpreter, join(own, 'processor.py')],
    ];
    const report = await conformance(args, { POSTGRES_URL: await storeOf(index), PORT: String(port) });
    const wrong = wrongIn(report);
    expect(wrong.map((each) => each.split(':')[0]).toSorted(), wrong.join('\n')).toEqual([...told]);
    expect(report.code).toBe(told.length === 0 ? 0 : 1);
  },
  600_000,
);
