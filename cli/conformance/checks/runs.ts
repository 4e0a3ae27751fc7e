import type { z } from 'zod';
import { derivedBlobId } from '../../../platform/ids/ids.ts';
import { compileSchema } from '../../../platform/json-schema/validator.ts';
import {
  beginBody,
  finishBody,
  registrationBody,
  reportBody,
} from '../../../subgraphs/state/rest/processor-routes.ts';
import { expect, shown, Unchecked } from '../lab/findings.ts';
import { ALICE, BOB, type Lab, MAKER } from '../lab/lab.ts';
import { ok, refusal } from '../stand-ins/server.ts';
import type { SourceBlob } from '../stand-ins/state.ts';
import { check } from './check.ts';

const BEGIN = 'POST /api/v1/runs/begin';
const FINISH = 'POST /api/v1/runs/finish';
const INDEX = 'POST /api/v1/blob-index';
const REPORT = 'POST /api/v1/processing';

const told = (lab: Lab, { id }: SourceBlob) => lab.deps.state.toldOf(id);

function expectForm(schema: z.ZodType, body: unknown, route: string): void {
  const { error } = schema.safeParse(body);
  const [issue] = error?.issues ?? [];
  expect(!issue, () => `${route}: \`${issue?.path.join('.')}\` ${issue?.message}, in ${shown(body)}.`);
}

async function expectBegun(lab: Lab): Promise<void> {
  const source = lab.source(ALICE);
  const sequence = await lab.publish(source);
  const [call] = await lab.until(`An event led to no ${BEGIN}`, () => {
    const calls = lab.callsOf(BEGIN, source.id);
    return calls.length > 0 ? calls : lab.deps.state.toldOf(source.id).length > 0 && calls;
  });
  expect(call !== undefined, () => `A result was reported without ${BEGIN} for its run.`);
  expectForm(beginBody, call?.body, BEGIN);
  await lab.settledUntil('The event was not acknowledged', () => lab.isDone(sequence));
  const retried = lab.source(ALICE);
  await lab.deps.log.publish(lab.retriedEvent(retried, 1, { attempt: 4, generation: 3 }));
  const [again] = await lab.until(`A \`retried\` event led to no ${BEGIN}`, () => {
    const calls = lab.callsOf(BEGIN, retried.id);
    return calls.length > 0 && calls;
  });
  const { generation } = (again?.body ?? {}) as { generation?: unknown };
  expect(generation === 3, () => `An event of generation 3 began generation ${shown(generation)}.`);
}

async function expectAttempts(lab: Lab): Promise<void> {
  const attemptsOf = (source: SourceBlob) =>
    lab.callsOf(BEGIN, source.id).map(({ body }) => (body as { attempt?: unknown }).attempt);
  const fresh = lab.source(ALICE, { begin: [() => refusal(503, 'SERVICE_UNAVAILABLE')] });
  const sequence = await lab.publish(fresh);
  await lab.settledUntil('An event was not acknowledged', () => lab.isDone(sequence));
  const attempts = attemptsOf(fresh);
  const handedBack = lab.settled(sequence).filter((what) => what === '-NAK').length;
  expect(attempts[0] === 1, () => `The first delivery began attempt ${shown(attempts[0])}.`);
  expect(
    attempts.at(-1) === 1 + handedBack,
    () => `After ${1 + handedBack} deliveries, the attempt was ${shown(attempts.at(-1))}.`,
  );
  const retried = lab.source(ALICE);
  const again = await lab.deps.log.publish(lab.retriedEvent(retried, 1, { attempt: 5, generation: 0 }));
  await lab.settledUntil('A `retried` event was not acknowledged', () => lab.isDone(again));
  expect(
    attemptsOf(retried)[0] === 5,
    () => `A \`retried\` event of attempt 5 began attempt ${shown(attemptsOf(retried)[0])}.`,
  );
}

async function expectDoneLeft(lab: Lab): Promise<void> {
  const done = () => ok({ generation: 0, done: true, sources: [] });
  const source = lab.source(ALICE, { begin: [done, done, done] });
  const sequence = await lab.publish(source);
  await lab.until('State answered `done` to the beginning of a run, and its event was not acknowledged', () =>
    lab.isDone(sequence),
  );
  expect(
    told(lab, source).length === 0,
    () => 'State answered `done` to the beginning of a run, and a result was reported.',
  );
}

async function expectSourceRead(lab: Lab): Promise<void> {
  const source = lab.source(ALICE, { withoutData: true });
  await lab.publish(source);
  const [owner, route] =
    source.owner === 'state' ? ['state', 'POST /api/v1/blobs/batch'] : [MAKER, 'POST /blobs/batch'];
  await lab.until(`A source came without \`data\`, and its owner, ${owner}, was not asked by ${route}`, () =>
    lab.deps.journal.some(
      ({ to, body, route: asked }) =>
        to === owner && asked?.endsWith('/blobs/batch') && JSON.stringify(body).includes(source.id),
    ),
  );
  await lab.until('A source came without `data`, and nothing was made of it', () => told(lab, source)[0]);
}

async function expectTold(lab: Lab): Promise<void> {
  const { source, told: first } = await lab.made(ALICE, 'one');
  const isFinish = lab
    .callsOf(FINISH)
    .some(({ body }) => (body as { remote_blob_id?: unknown }).remote_blob_id === first.remote_blob_id);
  expectForm(isFinish ? finishBody : registrationBody, first, isFinish ? FINISH : INDEX);
  const { processor } = lab;
  expect(first.processor_id === processor.id, () => `\`processor_id\` is ${shown(first.processor_id)}.`);
  expect(
    first.user_id === source.user,
    () => `\`user_id\` is ${shown(first.user_id)}, of a blob of ${shown(source.user)}.`,
  );
  const version = first.processor_version;
  expect(
    version === undefined || processor.versions.includes(String(version)),
    () => `\`processor_version\` is ${shown(version)}, which is not registered.`,
  );
  if (lab.deps.operation) return;
  const again = lab.source(ALICE, { finish: [() => refusal(503, 'SERVICE_UNAVAILABLE')] });
  await lab.publish(again);
  await lab.until('State answered 503 to a result, which was not reported again', () => told(lab, again)[1]);
  if (isFinish) return;
  await lab.until(`${INDEX} was not followed by COMPLETED`, () =>
    lab.callsOf(REPORT, source.id).find(({ body }) => (body as { state?: unknown }).state === 'COMPLETED'),
  );
}

async function expectFit(lab: Lab): Promise<void> {
  const { id, told: first } = await lab.made(ALICE, 'one');
  const { output_schema_id: schemaId } = lab.processor;
  expect(
    first.schema_id === schemaId,
    () => `\`schema_id\` is ${shown(first.schema_id)}, and ${schemaId} is registered.`,
  );
  expect(
    /^[0-9a-f]{64}$/.test(String(first.content_hash)),
    () => `\`content_hash\` is ${shown(first.content_hash)}.`,
  );
  const version = String(first.schema_version ?? '1.0.0');
  const schema = lab.deps.schemas.find((one) => one.id === schemaId && one.version === version);
  if (!schema) throw new Unchecked(`${schemaId} ${version} is unknown: name its file with --schema.`);
  const blob = await lab.read(ALICE, id);
  if (!blob) throw new Unchecked('The blob cannot be read.');
  const [mistake] = compileSchema(schema.definition)(blob['data']);
  expect(
    !mistake,
    () =>
      `\`data${mistake?.pointer.replaceAll('/', '.')}\` does not fit ${schemaId} ${version}: ${mistake?.message}`,
  );
}

async function expectReports(lab: Lab): Promise<void> {
  for (const { body } of lab.callsOf(REPORT)) expectForm(reportBody, body, REPORT);
}

async function expectDeletedErased(lab: Lab): Promise<void> {
  for (const [status, code] of [
    [410, 'BLOB_DELETED'],
    [409, 'USER_ERASING'],
  ] as const) {
    const source = lab.source(BOB, { finish: Array.from({ length: 20 }, () => () => refusal(status, code)) });
    const sequence = await lab.publish(source);
    await lab.until(`State answered ${code} to a result, and its event was not acknowledged`, () =>
      lab.isDone(sequence),
    );
    const id = String(told(lab, source)[0]?.remote_blob_id);
    const seen = `State answered ${code} to a result, and GET /blobs/${id} still has it`;
    await lab.until(seen, async () => (await lab.read(BOB, id)) === undefined);
  }
}

/** Blobs made on demand have any UUID, and no generation. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

async function expectId(lab: Lab): Promise<void> {
  const { source, id, told: first } = await lab.made(ALICE, 'one');
  if (first.on_demand === true || lab.deps.operation) {
    expect(UUID.test(id), () => `What was made on demand has the id ${shown(id)}.`);
    return;
  }
  const { id: processor, version } = lab.processor;
  const right = derivedBlobId(source.id, processor, String(first.processor_version ?? version));
  expect(
    id === right,
    () =>
      `Of source ${source.id}, processor ${processor} and version ${version} it made ${id}; the id must be ${right}.`,
  );
}

async function expectGenerationId(lab: Lab): Promise<void> {
  const source = lab.source(ALICE);
  await lab.deps.log.publish(lab.retriedEvent(source, 1, { attempt: 1, generation: 2 }));
  const first = await lab.settledUntil('Nothing was made of a `retried` event', () => told(lab, source)[0]);
  const { id, version } = lab.processor;
  const right = derivedBlobId(source.id, id, String(first.processor_version ?? version), 2);
  expect(
    first.remote_blob_id === right,
    () =>
      `Generation 2 of source ${source.id} has the id ${shown(first.remote_blob_id)}; it must be ${right}.`,
  );
  expect(first.generation === 2, () => `\`generation\` is ${shown(first.generation)}, and 2 was begun.`);
}

/** Runs and ids. */
export const runChecks = [
  check('R1', expectBegun),
  check('R2', expectAttempts),
  check('R3', expectDoneLeft),
  check('R4', expectSourceRead),
  check('R5', expectTold),
  check('R7', expectFit),
  check('R9', expectDeletedErased),
  check('D1', expectId),
  check('D2', expectGenerationId),
  check('R8', expectReports),
];
