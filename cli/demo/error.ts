/** The demo cannot go on; the message says why and what to do, and no stack is needed. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}
