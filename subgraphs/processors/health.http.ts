import { request } from 'undici';
import type { Probe } from './health.ts';

const MAX_BODY_BYTES = 64 * 1024;

/** Well is what answers 2xx. Carries no identity: `/health` is open, and what listens there may be anything. */
export const httpProbe: Probe = async (url, signal) => {
  try {
    const { statusCode, body } = await request(url, { signal });
    await body.dump({ limit: MAX_BODY_BYTES, signal });
    return statusCode >= 200 && statusCode < 300;
  } catch {
    return false;
  }
};
