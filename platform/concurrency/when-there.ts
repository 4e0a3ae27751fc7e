/** Goes on with a value: at once where it is there, without a promise. */
export const whenThere = <T, Result>(
  value: T | Promise<T>,
  go: (value: T) => Result,
): Result | Promise<Awaited<Result>> =>
  (value instanceof Promise ? value.then(go) : go(value)) as Result | Promise<Awaited<Result>>;
