import { MongoServerError } from 'mongodb';

/** The result of a read with a hint; `before`: while the upkeep has yet to build the index. */
export const onceBuilt = <T, B>(read: Promise<T>, before: B): Promise<T | B> =>
  read.catch((error: unknown) => {
    if (error instanceof MongoServerError && /\bhint\b/.test(error.message)) return before;
    throw error;
  });
