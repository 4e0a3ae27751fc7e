/** The current time, as a dependency: tests set it, services use {@link systemClock}. */
export interface Clock {
  /** The time now. */
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
