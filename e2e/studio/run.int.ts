import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenAiServer, startOpenAiServer } from '../../platform/model/testing/openai-server.ts';
import { createDraft, untilState } from '../harness/operations.ts';
import { violationsOf } from './harness/axe.ts';
import { badge, openStudio, type Studio } from './harness/studio.ts';

/** Long: a busy machine takes its time for everything. */
const PATIENCE = { timeout: 60_000 };
/** A busy machine answers slowly. */
const ANSWERS = '(Up|Not well)';
const CONTENT =
  'The harbour lay still. Nobody spoke of the storm, and the lamp on the mole was lit before dusk.';

let model: OpenAiServer;
let studio: Studio;

beforeAll(async () => {
  model = await startOpenAiServer();
  studio = await openStudio({
    intercept: ['text-insights'],
    environment: { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'test-model' },
  });
});
afterAll(async () => {
  await studio?.close();
  await model?.close();
});

/** The page of somebody with the role of operators, by the token that the gateway hands out in development. */
async function asOperator(): Promise<Page> {
  const token = await studio.system.token('olga', ['operator']);
  const page = await studio.context.newPage();
  await page.route('**/studio/config.json', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), token } });
  });
  await page.goto(`${studio.url}/studio/#/run`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

const card = (page: Page, name: string) => page.getByRole('listitem', { name, exact: true });
const letters = (page: Page) => page.getByRole('button', { name: /^Replay the event of/ });

/** A draft whose event the model has text-expansion give up. */
async function giveUp(content: string): Promise<string> {
  model.always({ kind: 'raw', body: 'data: <html>\n\n' });
  const id = await createDraft(studio.user, { content });
  await untilState(studio.user, id, 'FAILED');
  return id;
}

describe('the Run screen for everybody', () => {
  it('shows processors, what each takes and makes, and the services, and nothing that is the operators’', async () => {
    const page = await studio.open('#/run');
    const one = card(page, 'Text expansion');
    await badge(one, ANSWERS).waitFor(PATIENCE);
    await one.getByText('What it takes and makes').click();
    await one.getByText('expanded-text-v1').waitFor();
    await page.getByText('Your token is none of an operator’s').waitFor();
    await page.getByRole('heading', { name: 'Services' }).waitFor();
    expect(await page.getByRole('button', { name: /^(Pause|Retire|Replay)/ }).count()).toBe(0);
    expect(await page.getByRole('heading', { name: 'Dead letters' }).count()).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    await page.close();
  });

  it('shows one that is down as down, while the rest works', async () => {
    const page = await studio.open('#/run');
    const one = card(page, 'Text insights');
    await badge(one, ANSWERS).waitFor(PATIENCE);
    studio.takeAway('text-insights');
    await badge(one, 'Down').waitFor(PATIENCE);
    await one.getByText('It does not answer').waitFor();
    expect(await badge(card(page, 'Book compiler'), ANSWERS).count()).toBe(1);
    studio.giveBack('text-insights');
    await badge(one, 'Down').waitFor({ ...PATIENCE, state: 'detached' });
    await page.close();
  });
});

describe('the Run screen for operators', () => {
  it('replays a dead letter; who does it once more is told that it is gone', async () => {
    const id = await giveUp(`${CONTENT} Once.`);
    const page = await asOperator();
    await letters(page).first().waitFor(PATIENCE);
    await page.getByText('MODEL_FAILED').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    const other = await asOperator();
    await letters(other).first().waitFor(PATIENCE);
    model.always({ kind: 'answer' });
    // The other has it on the screen still when it is replayed.
    await other.route('**/graphql', (route) =>
      /query (DeadLetters|Processors)/.test(route.request().postData() ?? '') ? undefined : route.continue(),
    );
    await letters(page).first().click();
    await page.getByText('The event is handed over once more.').waitFor();
    await expect.poll(() => letters(page).count(), PATIENCE).toBe(0);
    await untilState(studio.user, id, 'COMPLETED');
    await letters(other).first().click();
    await other.getByText('There is no dead letter of this id').waitFor();
    await expect.poll(() => letters(other).count()).toBe(0);
    await Promise.all([page.close(), other.close()]);
  });

  it('drops one, after it was asked', async () => {
    const id = await giveUp(`${CONTENT} Twice.`);
    const page = await asOperator();
    await page.getByRole('link', { name: id }).waitFor(PATIENCE);
    await page.getByRole('button', { name: /^Drop the event of/ }).click();
    await page.getByRole('button', { name: 'Keep it' }).click();
    expect(await page.getByRole('link', { name: id }).count()).toBe(1);
    await page.getByRole('button', { name: /^Drop the event of/ }).click();
    await page.getByRole('button', { name: 'Drop it for good' }).click();
    await page.getByText('The dead letter is dropped.').waitFor();
    await expect.poll(() => page.getByRole('link', { name: id }).count(), PATIENCE).toBe(0);
    await page.close();
  });

  it('pauses a processor with a reason that others read, and resumes it', async () => {
    const page = await asOperator();
    await page.getByRole('button', { name: 'Pause Text insights' }).click();
    await page.getByLabel('Reason').fill('A new disk until noon');
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await card(page, 'Text insights').getByText('A new disk until noon').waitFor();
    const reader = await studio.open('#/run');
    await badge(card(reader, 'Text insights'), 'Paused').waitFor(PATIENCE);
    await card(reader, 'Text insights').getByText('A new disk until noon').waitFor();
    await page.getByRole('button', { name: 'Resume Text insights' }).click();
    await page.getByText('Text insights works again.').waitFor();
    await badge(card(reader, 'Text insights'), 'Paused').waitFor({ ...PATIENCE, state: 'detached' });
    await Promise.all([page.close(), reader.close()]);
  });

  it('has a processor make what it would have made before, and tells how far it is', async () => {
    const page = await asOperator();
    const one = card(page, 'Text insights');
    await one.getByText('What it takes and makes').click();
    await one.getByRole('button', { name: 'Start a backfill' }).click();
    await one.getByText(/Looked at \d+ blobs?; \d+ of \d+ runs done, asked for by olga/).waitFor(PATIENCE);
    await badge(one, 'Done').waitFor(PATIENCE);
    await page.close();
  });

  it('retires one only by its name, letter for letter', async () => {
    const page = await asOperator();
    await page.getByRole('button', { name: 'Retire Pitch builder' }).click();
    await page.getByText('It cannot be undone.').waitFor();
    const typed = page.getByLabel('Type pitch-builder to confirm');
    const retire = page.getByRole('button', { name: 'Retire it for good' });
    await typed.fill('pitch');
    await retire.click();
    await page.getByText('Type pitch-builder, letter for letter.').waitFor();
    await typed.fill('pitch-builder');
    await retire.click();
    await badge(card(page, 'Pitch builder'), 'Retired').waitFor(PATIENCE);
    expect(await page.getByRole('button', { name: 'Pause Pitch builder' }).count()).toBe(0);
    await page.close();
  });

  it('nothing went wrong in the browser, and it asked nobody else', () => {
    // What was asked of a service that was taken away is told by the graph, in an answer that is in order.
    expect(studio.problems()).toEqual([]);
    expect(studio.strangers()).toEqual([]);
  });
});
