/** Something took longer than it was given. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** Settles as `work` does. @throws TookTooLong after `ms`; `work` goes on then, and nobody hears of it */
export async function bounded<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TookTooLong(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
