const LONGEST_MESSAGE = 1_000;

/** A message without the rest of what it names, where that is long: names and values of clients may be of any length. */
export const shortMessage = (message: string): string =>
  message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, LONGEST_MESSAGE).toWellFormed()}…`;
