/** An expected failure of the demo; the message says why and how to fix it. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}
