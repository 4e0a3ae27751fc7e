import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { openS3Objects, type S3Options } from './objects.s3.ts';
import { ObjectStoreUnavailable } from './objects.ts';

const TEXT = { contentType: 'text/plain' };

describe('S3 that does not do as it should', () => {
  const closing: (() => void)[] = [];

  /** A store on a server of a few lines; all that has a method of HEAD is there. */
  async function storeOn(listener: RequestListener, options: Partial<S3Options> = {}) {
    const server = createServer((request, response) => {
      if (request.method === 'HEAD') response.end();
      else listener(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const store = openS3Objects({
      endpoint: `http://127.0.0.1:${port}`,
      bucket: 'test',
      region: 'us-east-1',
      accessKeyId: 'key',
      secretAccessKey: 'secret',
      maxAttempts: 1,
      answerTimeoutMs: 200,
      ...options,
    });
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return store;
  }

  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  it('is out of reach when it does not answer in time', async () => {
    const store = await storeOn(() => undefined);
    await expect(store.put('a', Buffer.from('x'), TEXT)).rejects.toThrow(ObjectStoreUnavailable);
    await expect(store.list('', { limit: 1 })).rejects.toThrow(ObjectStoreUnavailable);
  });

  it('is out of reach when nobody listens', async () => {
    const store = await storeOn(() => undefined);
    closing.pop()?.();
    await expect(store.ping()).rejects.toThrow(ObjectStoreUnavailable);
  });

  it('ends a body that does not go on, with what came before it', async () => {
    const store = await storeOn((_, response) => {
      response.writeHead(200, { 'content-length': '100', 'content-type': 'text/plain' });
      response.write('as far as here');
    });
    const object = await store.get('a');
    expect(object?.sizeBytes).toBe(100);
    let received = '';
    const reading = (async () => {
      for await (const piece of object?.body ?? []) received += piece;
    })();
    await expect(reading).rejects.toThrow(ObjectStoreUnavailable);
    expect(received).toBe('as far as here');
  });

  it('fails a body that is cut off', async () => {
    const store = await storeOn((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('cut', () => response.destroy());
    });
    const object = await store.get('a');
    await expect(object && text(object.body)).rejects.toThrow(ObjectStoreUnavailable);
  });

  it('is asked again when it is busy, and is out of reach when it stays so', async () => {
    let [asked, busy] = [0, 2];
    const store = await storeOn(
      (_, response) => {
        asked++;
        response.writeHead(asked <= busy ? 503 : 200).end();
      },
      { maxAttempts: 3 },
    );
    await store.put('a', Buffer.from('x'), TEXT);
    expect(asked).toBe(3);
    busy = 10;
    await expect(store.put('a', Buffer.from('x'), TEXT)).rejects.toThrow(ObjectStoreUnavailable);
    expect(asked).toBe(6);
  });

  it('tells which object a deletion left, and goes on past what has no key of ours', async () => {
    const store = await storeOn((request, response) => {
      const contents = (key: string) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`;
      const body = request.url?.includes('delete')
        ? '<DeleteResult><Error><Key>a</Key><Code>InternalError</Code></Error></DeleteResult>'
        : request.url?.includes('continuation-token')
          ? `<ListBucketResult>${contents('a%2Fb+c')}</ListBucketResult>`
          : `<ListBucketResult>${contents('a%2F')}<NextContinuationToken>t</NextContinuationToken></ListBucketResult>`;
      response.writeHead(200, { 'content-type': 'application/xml' }).end(body);
    });
    expect((await store.list('a', { limit: 1 })).map(({ key }) => key)).toEqual(['a/b c']);
    await expect(store.delete(['a'])).rejects.toThrow(/1 not deleted: InternalError/);
  });
});
