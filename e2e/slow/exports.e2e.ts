import sharp from 'sharp';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { compileBook, createDraft } from '../harness/operations.ts';
import { mainJob, type System, startSystem } from '../harness/system.ts';
import { untilProcessed, uploadPicture } from '../harness/uploads.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem(inject('shape'), { services: [...mainJob, 'image-processor'] });
});
afterAll(() => system?.stop());

it('a book’s files show its cover and the pictures of its owner’s store, and name all others', async () => {
  const client = await system.client();
  const background = { r: 200, g: 60, b: 40 };
  const bytes = await sharp({ create: { width: 900, height: 1_200, channels: 3, background } })
    .png()
    .toBuffer();
  const { blobId: image } = await uploadPicture(client, bytes);
  await untilProcessed(client, image);
  const content = `# The Lamp\n\n![A lamp](blob:${image})\n\n![A far one](https://example.org/lamp.png)\n\nIt burned.`;
  await createDraft(client, { content });
  const input = { bookId: 'my-novel', useExpanded: false, coverBlobId: image };
  const { compiledBook, userErrors } = await compileBook(client, input);
  expect(userErrors).toEqual([]);
  const query = `query ($id: ID!) { blob(id: $id) {
    content { ... on CompiledBook { exports { format url } } } } }`;
  interface Answer {
    blob: { content: { exports: { format: string; url: string }[] } };
  }
  const { blob } = await client.query<Answer>(query, { id: compiledBook?.id });
  const read = async (format: string) => {
    const { url = '' } = blob.content.exports.find((each) => each.format === format) ?? {};
    const answer = await fetch(`${system.urls.gateway}${url}`);
    expect(answer.status, format).toBe(200);
    return Buffer.from(await answer.arrayBuffer()).toString('latin1');
  };
  // An archive has the names of its files as they are.
  const epub = await read('EPUB');
  for (const path of ['EPUB/cover.jpg', `EPUB/pictures/${image}.jpg`, 'EPUB/colophon.xhtml'])
    expect(epub, path).toContain(path);
  const page = await read('HTML');
  expect(page.match(/src="data:image\/jpeg;base64,/g)).toHaveLength(2);
  expect(page).toContain('alt="A lamp"');
  expect(page).toContain('>A far one</li>');
  expect(page).not.toContain('https://example.org/lamp.png');
});
