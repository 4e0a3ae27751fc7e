import DataLoader from 'dataloader';

/** Options of a loader. */
export interface LoaderOptions {
  /** Keys of one read. Default: any number. */
  readonly maxBatchSize?: number;
}

/** A loader of what is found for each key, of which those asked for in one turn are one read; `none` where there is nothing. */
export const loaderByKey = <T>(
  read: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>,
  none: T,
  options: LoaderOptions = {},
): DataLoader<string, T> =>
  new DataLoader<string, T>(async (keys) => {
    const found = await read(keys);
    return keys.map((key) => found.get(key) ?? none);
  }, options);

/** A loader of documents by their ids; null where there is none. */
export const loaderById = <T extends { readonly id: string }>(
  read: (ids: readonly string[]) => Promise<readonly T[]>,
  options?: LoaderOptions,
): DataLoader<string, T | null> =>
  loaderByKey<T | null>(async (ids) => new Map((await read(ids)).map((one) => [one.id, one])), null, options);

/** One loader for each request, which its context stands for: what all of its fields ask for is one read. */
export function perRequest<Context extends object, Loader>(
  make: (context: Context) => Loader,
): (context: Context) => Loader {
  const loaders = new WeakMap<Context, Loader>();
  return (context) => {
    const loader = loaders.get(context) ?? make(context);
    loaders.set(context, loader);
    return loader;
  };
}
