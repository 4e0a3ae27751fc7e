import type { Page } from 'playwright-core';

/** Sends of an operation from now on, by its name. */
export function sendsOf(page: Page, name: string): { count: number } {
  const sends = { count: 0 };
  page.on('request', (request) => {
    if (request.url().endsWith('/graphql') && request.postData()?.includes(`query ${name}`)) sends.count += 1;
  });
  return sends;
}
