/** The cursor's stream is gone: the client must query afresh. */
export class EpochGone extends Error {
  override readonly name = 'EpochGone';
}

/** The log lacks messages after the position: the client must query afresh. */
export class PositionGone extends Error {
  override readonly name = 'PositionGone';
}

/** The log did not answer within the time limit, is full, or is closed. */
export class EventLogUnavailable extends Error {
  override readonly name = 'EventLogUnavailable';
}

/** The message can never be published as it is. The text names the field and the fix. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused';
}
