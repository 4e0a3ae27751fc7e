import { expect, test } from 'vitest';
import { linkToNext } from './answer.ts';

test.each([
  ['/api/v1/blobs', '</api/v1/blobs?cursor=next>; rel="next"'],
  ['/api/v1/blobs?limit=1&cursor=this', '</api/v1/blobs?limit=1&cursor=next>; rel="next"'],
  ['/api/v1/blobs?type=a?b&limit=1', '</api/v1/blobs?type=a%3Fb&limit=1&cursor=next>; rel="next"'],
])('the page after %s keeps all of its query but the cursor', (url, link) => {
  expect(linkToNext(url, 'next')).toBe(link);
});
