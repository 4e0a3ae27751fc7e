import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { services } from '../../platform/testing/services.ts';
import { violationsOf } from './harness/axe.ts';
import { badge, openStudio, type Studio } from './harness/studio.ts';

/** Long: a busy machine takes its time for everything. */
const PATIENCE = { timeout: 90_000 };

interface Given {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

let colour = 0;
/** A picture like no other. */
async function picture(name: string, width = 400, height = 300): Promise<Given> {
  colour += 1;
  const background = { r: colour % 256, g: Math.floor(colour / 256), b: 120 };
  const buffer = await sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
  return { name, mimeType: 'image/png', buffer };
}

const choose = (page: Page, ...files: Given[]) => page.locator('input[type=file]').setInputFiles(files);
const row = (page: Page, name: string) => page.getByRole('listitem', { name, exact: true });
const uploadAll = (page: Page) => page.getByRole('button', { name: /^Upload \d/ }).click();
const cards = (page: Page) => page.getByRole('region', { name: 'All pictures' });
const done = (page: Page, name: string) => badge(row(page, name), 'Done').waitFor(PATIENCE);

/** 0 until the browser has drawn it. */
const widthOf = (image: Locator) =>
  image.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth);

const pictureIds = async ({ user }: Studio): Promise<string[]> => {
  const { blobs } = await user.query<{ blobs: { nodes: { id: string }[] } }>(
    '{ blobs(first: 100, filter: { schemaId: "image-input-v1" }) { nodes { id } } }',
  );
  return blobs.nodes.map(({ id }) => id);
};

describe('pictures through the gateway', () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await openStudio();
  });
  afterAll(() => studio?.close());

  it('is uploaded with its description, made ready, seen and downloaded as it was', async () => {
    const page = await studio.open('#/pictures');
    await page.getByRole('heading', { name: 'No pictures yet' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    const given = await picture('harbour.png', 1_500, 900);
    await choose(page, given);
    await row(page, 'harbour.png').getByLabel('What is to be seen on it?').fill('A harbour at dusk.');
    expect(await violationsOf(page)).toEqual([]);
    await uploadAll(page);
    await done(page, 'harbour.png');
    const image = cards(page).getByRole('img', { name: 'A harbour at dusk.' });
    await image.waitFor(PATIENCE);
    await expect.poll(() => widthOf(image), PATIENCE).toBeGreaterThan(0);
    expect(await image.evaluate((img) => (img as unknown as { currentSrc: string }).currentSrc)).toContain(
      '/api/v1/files/',
    );
    await page.getByRole('button', { name: 'Clear those that were sent' }).click();
    expect(await violationsOf(page)).toEqual([]);
    await cards(page)
      .getByRole('button', { name: /harbour/ })
      .click();
    const view = page.getByRole('dialog', { name: 'harbour' });
    await view.getByText('1500 × 900 pixels').waitFor();
    await view.getByText('A harbour at dusk.').first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    const download = page.waitForEvent('download');
    await view.getByRole('link', { name: 'Download the original' }).click();
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    const file = await download;
    expect(file.suggestedFilename()).toBe('harbour.png');
    expect(sha256(await readFile(await file.path()))).toBe(sha256(given.buffer));
    await page.close();
  });

  it('refuses what is no picture, each with its reason, and takes the others', async () => {
    const page = await studio.open('#/pictures');
    const program = Buffer.concat([Buffer.from('MZ\x90\0', 'latin1'), Buffer.alloc(5_000)]);
    const tiff = Buffer.concat([Buffer.from('II*\0', 'latin1'), Buffer.alloc(40 * 1024 ** 2)]);
    const cut = (await picture('cut.png', 800, 600)).buffer;
    await choose(
      page,
      { name: 'empty.png', mimeType: 'image/png', buffer: Buffer.alloc(0) },
      { name: 'setup.png', mimeType: 'image/png', buffer: program },
      { name: 'huge.tiff', mimeType: 'image/tiff', buffer: tiff },
      { name: 'cut.png', mimeType: 'image/png', buffer: cut.subarray(0, Math.floor(cut.length / 2)) },
      { ...(await picture('really a png.jpg')), mimeType: 'image/jpeg' },
    );
    await row(page, 'empty.png').getByText('This file is empty.').waitFor();
    await row(page, 'setup.png').getByText('This file is no picture.').waitFor();
    await row(page, 'huge.tiff').getByRole('button', { name: 'Upload' }).waitFor(PATIENCE);
    await page.getByRole('button', { name: 'Upload 3 pictures' }).click();
    await row(page, 'huge.tiff')
      .getByText(/must be at most 26214400/)
      .waitFor(PATIENCE);
    await badge(row(page, 'cut.png'), 'Failed').waitFor(PATIENCE);
    await row(page, 'cut.png')
      .getByText(/damaged|cut off/i)
      .waitFor();
    await done(page, 'really a png.jpg');
    expect(await violationsOf(page)).toEqual([]);
    await page.close();
  });

  it('says that the same file is the same picture', async () => {
    const page = await studio.open('#/pictures');
    const given = await picture('twice.png');
    await choose(page, given);
    await uploadAll(page);
    await done(page, 'twice.png');
    const before = await pictureIds(studio);
    await page.reload();
    // The page tells them apart by the server's clock, to some seconds.
    const sentAt = Date.now();
    await expect.poll(() => Date.now() - sentAt, PATIENCE).toBeGreaterThan(4_000);
    await choose(page, given, { ...given, name: 'other name.png' });
    await row(page, 'other name.png').getByText('The same file as twice.png above.').waitFor();
    await row(page, 'twice.png').getByRole('button', { name: 'Upload' }).click();
    await row(page, 'twice.png').getByText('it is the same picture').waitFor(PATIENCE);
    expect(await pictureIds(studio)).toEqual(before);
    await page.close();
  });

  it('takes files that are dropped and pasted', async () => {
    const page = await studio.open('#/pictures');
    const { buffer } = await picture('x.png');
    const give = (kind: string, name: string) =>
      page.evaluate(`{
        const bytes = Uint8Array.from(atob('${buffer.toString('base64')}'), (letter) => letter.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], '${name}', { type: 'image/png' }));
        const shared = { bubbles: true, cancelable: true };
        document.body.dispatchEvent(
          '${kind}' === 'paste'
            ? new ClipboardEvent('paste', { clipboardData: data, ...shared })
            : new DragEvent('${kind}', { dataTransfer: data, ...shared }),
        );
      }`);
    await give('dragover', 'dropped.png');
    await page.getByText('Drop pictures anywhere here').waitFor();
    await give('drop', 'dropped.png');
    await row(page, 'dropped.png').waitFor();
    expect(await page.getByText('Drop pictures anywhere here').count()).toBe(0);
    await give('paste', 'pasted.png');
    await row(page, 'pasted.png').waitFor();
    await page.close();
  });

  it('a cut during the upload is told, and trying again makes one picture', async () => {
    const page = await studio.open('#/pictures');
    const noise = Buffer.alloc(1_200 * 900 * 3);
    for (let at = 0; at < noise.length; at += 1) noise[at] = (at * 7_919 + (at >> 7) * 104_729) % 251;
    const raw = { width: 1_200, height: 900, channels: 3 } as const;
    const buffer = await sharp(noise, { raw }).png({ compressionLevel: 0 }).toBuffer();
    const before = await pictureIds(studio);
    const line = await studio.context.newCDPSession(page);
    await line.send('Network.enable');
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 };
    await line.send('Network.emulateNetworkConditions', slow);
    await choose(page, { name: 'big.png', mimeType: 'image/png', buffer });
    await uploadAll(page);
    await row(page, 'big.png')
      .getByText(/Being sent [1-9]\d? %/)
      .waitFor(PATIENCE);
    studio.cut();
    await row(page, 'big.png').getByText('The connection was cut while the file was sent.').waitFor(PATIENCE);
    await line.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 });
    studio.mend();
    await row(page, 'big.png').getByRole('button', { name: 'Try again' }).click();
    await done(page, 'big.png');
    expect((await pictureIds(studio)).length).toBe(before.length + 1);
    await page.close();
  });

  it('is a book’s cover, and is deleted', async () => {
    await studio.user.query(
      'mutation { createBook(input: { id: "covered", title: "The Covered Book" }) { userErrors { message } } }',
    );
    const page = await studio.open('#/pictures');
    await choose(page, await picture('cover.png', 600, 900));
    await uploadAll(page);
    await done(page, 'cover.png');
    await cards(page).getByRole('button', { name: /cover/ }).click();
    const view = page.getByRole('dialog', { name: 'cover' });
    await view.getByLabel('Cover of').selectOption('covered');
    await view.getByRole('button', { name: 'Use as the cover' }).click();
    await page.getByText('It is the cover of “The Covered Book” now.').waitFor();
    const coverOf = async () =>
      (
        await studio.user.query<{ book: { cover: { title: string } | null } }>(
          '{ book(id: "covered") { cover { title } } }',
        )
      ).book.cover?.title;
    expect(await coverOf()).toBe('cover');
    await view.getByRole('button', { name: 'Delete', exact: true }).click();
    await view.getByRole('button', { name: 'Delete for good' }).click();
    await view.waitFor({ state: 'detached' });
    await expect
      .poll(() =>
        cards(page)
          .getByRole('button', { name: /^cover/ })
          .count(),
      )
      .toBe(0);
    expect(await coverOf()).toBeUndefined();
    await page.close();
  });

  it('sends 200 files that are dropped at once, a few at a time, and goes on while another screen is shown', async () => {
    const page = await studio.open('#/pictures');
    const before = (await pictureIds(studio)).length;
    const files = await Promise.all(Array.from({ length: 200 }, (_, index) => picture(`${index}.png`, 2, 2)));
    await choose(page, ...files);
    await page.getByRole('button', { name: 'Upload 200 pictures' }).click(PATIENCE);
    await page.getByRole('link', { name: 'Run' }).click();
    await page.getByRole('heading', { level: 1, name: 'Run' }).waitFor();
    await page.getByRole('link', { name: 'Pictures' }).click();
    await page.getByText(/200 sent/).waitFor({ timeout: 400_000 });
    const { blobs } = await studio.user.query<{ blobs: { totalCount: number } }>(
      '{ blobs(filter: { schemaId: "image-input-v1" }) { totalCount } }',
    );
    expect(blobs.totalCount).toBe(before + 200);
    // Endless: the list goes on as it is scrolled to its end.
    await page.getByRole('button', { name: 'Clear those that were sent' }).click();
    await expect
      .poll(async () => {
        await page.keyboard.press('End');
        return cards(page).getByRole('listitem').count();
      }, PATIENCE)
      .toBeGreaterThan(100);
    await page.close();
  }, 600_000);

  it('nothing went wrong in the browser, and it asked nobody else', () => {
    expect(studio.problems()).toEqual([]);
    expect(studio.strangers()).toEqual([]);
  });
});

describe('pictures through an object store of their own', () => {
  let studio: Studio;
  const store = services().s3.endpoint;
  beforeAll(async () => {
    studio = await openStudio({ shape: 'real', environment: { S3_PUBLIC_ENDPOINT: store } });
  });
  afterAll(() => studio?.close());

  it('is sent to the store itself, and its renditions are read there', async () => {
    const page = await studio.open('#/pictures');
    const puts: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PUT') puts.push(new URL(request.url()).origin);
    });
    await choose(page, await picture('stored.png', 900, 600));
    await uploadAll(page);
    await done(page, 'stored.png');
    expect(puts).toEqual([new URL(store).origin]);
    const image = cards(page).locator('img');
    await expect.poll(() => widthOf(image), PATIENCE).toBeGreaterThan(0);
    expect(studio.problems()).toEqual([]);
    expect(studio.strangers()).toEqual([new URL(store).origin]);
  });
});
