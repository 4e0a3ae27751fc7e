import { randomUUID } from 'node:crypto';
import { expect, shown, Unchecked } from '../lab/findings.ts';
import { ALICE, BOB, type Lab } from '../lab/lab.ts';
import { gate, refusal } from '../stand-ins/server.ts';
import type { SourceBlob } from '../stand-ins/state.ts';
import { check } from './check.ts';

const told = (lab: Lab, { id }: SourceBlob) => lab.deps.state.toldOf(id);
const begun = (lab: Lab, { id }: SourceBlob) => lab.callsOf('POST /api/v1/runs/begin', id);

/** Subjects that a consumer's filters do not cover. */
function missingFilters({ processor, deps: { log } }: Lab, filters: readonly string[]): string[] {
  const kinds = Object.entries(processor.takes).flatMap(([event, ids]) =>
    ids.length > 0 ? [`${event}.*`] : [],
  );
  const wanted = [...kinds, 'blob.retried.*', `replay.${processor.id}`].map(
    (subject) => `${log.namespace}.${subject}`,
  );
  const all = [`${log.namespace}.>`, '>', `${log.namespace}.blob.>`];
  const isHeard = (subject: string) =>
    filters.includes(subject) ||
    filters.some((filter) => all.includes(filter) && (filter !== all[2] || subject.includes('.blob.')));
  return wanted.filter((subject) => !isHeard(subject));
}

/** Events that are not for this processor. */
function uninteresting(
  lab: Lab,
): { readonly what: string; readonly source: SourceBlob; readonly publish: () => Promise<number> }[] {
  const source = () => lab.source(ALICE);
  const [other, pending, anothers] = [source(), source(), source()];
  const run = { processor_id: 'conformance-other', state: 'PENDING', attempt: 1, generation: 0 };
  const { log } = lab.deps;
  return [
    {
      what: 'of a schema that it does not take',
      source: other,
      publish: () =>
        log.publish(lab.eventOf(other, 1, { body: { schema_id: 'conformance-other-v1', planned: [] } })),
    },
    {
      what: 'of a blob that is pending',
      source: pending,
      publish: () => log.publish(lab.eventOf(pending, 1, { body: { pending: true, planned: [] } })),
    },
    {
      what: 'of another processor’s run',
      source: anothers,
      publish: () =>
        log.publish({
          ...lab.retriedEvent(anothers, 1, { attempt: 1, generation: 0 }),
          ...bodyWith(lab, anothers, run),
        }),
    },
  ];
}

const bodyWith = (lab: Lab, source: SourceBlob, run: object) => ({
  body: lab.eventOf(source, 1, { kind: 'retried', body: { run, planned: undefined } }).body,
});

async function expectIgnored(lab: Lab): Promise<void> {
  for (const { what, source, publish } of uninteresting(lab)) {
    const sequence = await publish();
    await lab.until(`An event ${what} was not acknowledged`, () => lab.isDone(sequence));
    const calls = [...begun(lab, source), ...told(lab, source)];
    expect(calls.length === 0, () => `An event ${what} led to ${calls.length} calls of state.`);
    expect(
      lab.settled(sequence)[0] === '+ACK',
      () => `An event ${what} was answered ${lab.settled(sequence).join(', ')}.`,
    );
  }
}

/**
 * An event is acknowledged only once state has accepted the result. Another event, over the same connection, is
 * acknowledged meanwhile.
 */
async function expectStoredFirst(lab: Lab): Promise<void> {
  const held = gate();
  const source = lab.source(ALICE, {
    finish: [() => held.opened.then(() => refusal(503, 'SERVICE_UNAVAILABLE'))],
  });
  const sequence = await lab.publish(source);
  try {
    await lab.settledUntil('Nothing was made of an event', () => told(lab, source)[0]);
    const [another] = uninteresting(lab);
    const passing = (await another?.publish()) ?? 0;
    if (lab.processor.max_concurrency > 1)
      await lab.settledUntil('A second event was not acknowledged', () => lab.isDone(passing));
    expect(!lab.isDone(sequence), () => 'An event was acknowledged before state had answered to its result.');
  } finally {
    held.open();
  }
  await lab.settledUntil('An event was not acknowledged', () => lab.isDone(sequence));
  expect(
    told(lab, source).length > 1,
    () => 'An event was acknowledged after state had answered 503 to its result.',
  );
}

async function expectSameAgain(lab: Lab): Promise<void> {
  const { source, id } = await lab.made(ALICE, 'one');
  const sequence = await lab.publish(source, 2);
  await lab.until('A redelivered event was not acknowledged', () => lab.isDone(sequence));
  const ids = [...new Set(told(lab, source).map(({ remote_blob_id }) => remote_blob_id))];
  expect(
    ids.length === 1 && ids[0] === id,
    () => `It made ${ids.length} blobs of one source: ${shown(ids)}.`,
  );
  const hashes = new Set(told(lab, source).map(({ content_hash }) => content_hash));
  expect(hashes.size === 1, () => 'A redelivered event gave another result.');
}

const HEADERS = {
  'ce-specversion': '1.0',
  'ce-type': 'blob.created',
  'ce-time': '2026-01-31T12:00:00.000Z',
  'blob-version': '1',
};

async function expectPoisonEnded(lab: Lab): Promise<void> {
  const event = lab.taken.event;
  const bodies = ['not json', '[]', '{"blob_id":7}', '', '{"blob_id":"x","user_id":"y"}', '"\u0000"'];
  const messages = bodies.flatMap((body) => [
    { body, headers: { ...HEADERS, 'ce-type': `blob.${event}` } },
    { body, headers: {} },
  ]);
  const sequences: [string, number][] = [];
  for (const { body, headers } of messages) {
    const message = {
      subject: `blob.${event}.poison`,
      id: randomUUID(),
      headers,
      body: new TextEncoder().encode(body),
    };
    sequences.push([
      `${shown(body)} with ${Object.keys(headers).length} headers`,
      await lab.deps.log.publishRaw(message),
    ]);
  }
  const after = lab.source(BOB);
  await lab.publish(after);
  await lab.until(
    'After messages that are not events, nothing was made of an event',
    () => told(lab, after)[0],
  );
  for (const [what, sequence] of sequences)
    await lab.until(`A message that is not an event, ${what}, was not terminated`, () =>
      lab.isDone(sequence),
    );
}

async function expectPatience(lab: Lab): Promise<void> {
  const source = lab.source(ALICE, {
    begin: [
      () => refusal(503, 'SERVICE_UNAVAILABLE'),
      () => refusal(409, 'PROCESSOR_PAUSED'),
      () => refusal(401, 'UNAUTHENTICATED'),
    ],
  });
  const sequence = await lab.publish(source);
  await lab.until(
    'State answered 503, PROCESSOR_PAUSED and 401 to the beginning of a run, and nothing was made afterwards',
    () => told(lab, source)[0],
  );
  const failed = lab
    .callsOf('POST /api/v1/processing', source.id)
    .filter(({ body }) => (body as { state?: unknown }).state === 'FAILED');
  expect(failed.length === 0, () => `It reported ${shown(failed[0]?.body)}.`);
  await lab.settledUntil('Its event was not acknowledged', () => lab.isDone(sequence));
  expect(!lab.settled(sequence).includes('+TERM'), () => 'It terminated the message.');
}

async function expectUnwantedLeft(lab: Lab): Promise<void> {
  const answers = [
    [404, 'BLOB_NOT_FOUND'],
    [409, 'CANCELLED'],
    [410, 'PROCESSOR_RETIRED'],
  ] as const;
  for (const [status, code] of answers) {
    const source = lab.source(ALICE, { begin: [() => refusal(status, code)] });
    const sequence = await lab.publish(source);
    await lab.until(
      `State answered ${code} to the beginning of a run, and its event was not acknowledged`,
      () => lab.isDone(sequence),
    );
    expect(
      told(lab, source).length === 0,
      () => `State answered ${code} to the beginning of a run, and a result was reported.`,
    );
    expect(
      lab.settled(sequence)[0] === '+ACK',
      () => `State answered ${code}, and the event was answered ${lab.settled(sequence).join(', ')}.`,
    );
  }
}

const MOST_HELD = 16;

async function expectBounded(lab: Lab): Promise<void> {
  const { max_concurrency: most } = lab.processor;
  const held = gate();
  const hold = () => held.opened.then(() => refusal(503, 'SERVICE_UNAVAILABLE'));
  const isCounted = most <= MOST_HELD;
  const sources = Array.from({ length: isCounted ? most + 2 : 2 }, () => lab.source(BOB, { begin: [hold] }));
  const under = () => sources.filter((source) => begun(lab, source).length > 0).length;
  try {
    for (const source of sources) await lab.publish(source);
    const least = Math.min(2, most);
    await lab.until(
      `Of ${sources.length} events, whose runs wait for an answer to their beginning, fewer than ${least} were worked on at once`,
      () => under() >= least,
    );
    if (isCounted) {
      // An excess call would have come by the time that several others are answered.
      for (let round = 0; round < 10; round++) await lab.ask('GET', '/nothing-is-here', BOB);
      expect(under() <= most, () => `It worked on ${under()} events at once; it is registered with ${most}.`);
    }
  } finally {
    held.open();
  }
  for (const source of sources)
    await lab.settledUntil('A run that was held was not finished afterwards', () => told(lab, source)[0]);
}

/** Reading and acknowledging events. */
export const eventChecks = [
  check('E1', async (lab) => {
    const { processor, deps } = lab;
    void lab.taken;
    await lab.until(`No consumer \`${processor.id}\` of the stream ${deps.log.namespace.toUpperCase()}`, () =>
      deps.log.consumer(processor.id),
    );
    const consumer = await deps.log.consumer(processor.id);
    if (!consumer) throw new Unchecked('The consumer is gone.');
    expect(!consumer.isPush, () => 'Its consumer is a push consumer.');
    expect(
      consumer.ackPolicy === 'explicit',
      () => `Its consumer’s \`ack_policy\` is ${consumer.ackPolicy}.`,
    );
    expect(
      consumer.deliverPolicy === 'all',
      () => `Its consumer’s \`deliver_policy\` is ${consumer.deliverPolicy}.`,
    );
    expect(consumer.maxDeliver <= 0, () => `Its consumer’s \`max_deliver\` is ${consumer.maxDeliver}.`);
  }),
  check('E2', async (lab) => {
    void lab.taken;
    const consumer = await lab.deps.log.consumer(lab.processor.id);
    if (!consumer) throw new Unchecked('There is no such consumer.');
    const missing = missingFilters(lab, consumer.filters);
    expect(
      missing.length === 0,
      () => `Its filter is ${consumer.filters.join(', ') || 'empty'}; it lacks ${missing.join(', ')}.`,
    );
    const source = lab.source(ALICE);
    await lab.deps.log.publishTo(
      lab.processor.id,
      lab.retriedEvent(source, 1, { attempt: 1, generation: 0 }),
    );
    await lab.until(`An event on \`replay.${lab.processor.id}\` led to nothing`, () => told(lab, source)[0]);
  }),
  check('E3', expectIgnored),
  check('E4', expectStoredFirst),
  check('E5', expectSameAgain),
  check('E6', expectPoisonEnded),
  check('E7', expectPatience),
  check('E8', expectUnwantedLeft),
  check('E9', expectBounded),
];
