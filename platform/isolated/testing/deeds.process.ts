import { BlobgraphError } from '../../errors/errors.ts';
import { serveIsolated } from '../serve.ts';

/** An order to the process. */
type Deed = 'echo' | 'environment' | 'refuse' | 'fail' | 'crash' | 'exit' | 'hang' | 'spin' | 'eat' | 'lie';

const deeds: Readonly<Record<Deed, (input: Buffer) => unknown>> = {
  echo: (input) => ({ text: input.toString(), bytes: new Uint8Array([1, 2, 3]) }),
  // biome-ignore lint/style/noProcessEnv: a test looks at what is in it
  environment: () => ({ ...process.env }),
  refuse: () => {
    throw new BlobgraphError('IMAGE_INVALID', 'No.');
  },
  fail: () => {
    throw new TypeError('a fault');
  },
  crash: () => process.abort(),
  exit: () => process.exit(3),
  hang: () => new Promise(() => undefined),
  spin: () => {
    for (;;);
  },
  async eat() {
    const eaten: Buffer[] = [];
    for (;;) {
      eaten.push(Buffer.alloc(8 * 1024 ** 2, 1));
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
  lie: () => process.send?.('no message of ours', () => process.exit()),
};

serveIsolated(async (task, input, onProgress) => {
  onProgress(0.5, 'at it');
  return deeds[task as Deed](input);
});
