import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenAiServer, startOpenAiServer } from '../../platform/model/testing/openai-server.ts';
import { openStudio, type Studio } from './harness/studio.ts';

const WITHIN = { timeout: 60_000 };
const PROSE = 'The rain came down on the harbour, and Elspeth counted the boats. '.repeat(12);

let model: OpenAiServer;
let studio: Studio;
beforeAll(async () => {
  model = await startOpenAiServer();
  studio = await openStudio({
    environment: { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'test-model', OPENAI_API_KEY: 'sk-written' },
  });
}, 180_000);
afterAll(async () => {
  await studio?.close();
  await model?.close();
});

it('an expansion is shown while it is written, from its first words on, and whole when it is', async () => {
  let finish = () => {};
  const after = new Promise<void>((resolve) => {
    finish = resolve;
  });
  model.always(({ body }) => {
    const isSecond = JSON.stringify(body).includes('the second part');
    return isSecond ? { kind: 'answer', after } : { kind: 'answer' };
  });
  const page = await studio.open('#/write?book=written&chapter=1');
  const editor = page.getByRole('textbox', { name: 'Text of the chapter' });
  await editor.click();
  await page.keyboard.insertText(`## One\n\n${PROSE}\n\n## Two\n\nHere is the second part. ${PROSE}`);
  await page.getByRole('button', { name: /^Save/ }).click();
  const first = page.locator('[data-section="0"]');
  await first.getByRole('heading', { name: 'One' }).waitFor(WITHIN);
  await first.getByText('Elspeth counted the boats').first().waitFor();
  expect(await page.getByText('… what was written before is told at the end …').count()).toBe(0);
  finish();
  await page.getByRole('button', { name: 'What changed' }).waitFor(WITHIN);
  await expect.poll(() => page.locator('[data-section]').count(), WITHIN).toBe(0);
  expect(studio.problems()).toEqual([]);
});
