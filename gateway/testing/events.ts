import { EventSourceParserStream } from 'eventsource-parser/stream';

export interface ReceivedEvent {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  readonly data: string;
}

/** An answer that may be an event stream. */
export interface EventsAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The next event; undefined when the stream has ended. @throws when it was cut */
  next(): Promise<ReceivedEvent | undefined>;
  /** All events until it ends. */
  rest(): Promise<ReceivedEvent[]>;
  /** The body of an answer that is no event stream. */
  text(): Promise<string>;
  close(): void;
}

/** Sends a request that accepts an event stream. */
export async function openEvents(url: string, init: RequestInit = {}): Promise<EventsAnswer> {
  const gone = new AbortController();
  const headers = { accept: 'text/event-stream', ...(init.headers as Record<string, string>) };
  const answer = await fetch(url, { ...init, headers, signal: gone.signal });
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream');
  const reader = isStream
    ? answer.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader()
    : undefined;
  const next = async () => (await reader?.read())?.value;
  return {
    status: answer.status,
    headers: answer.headers,
    next,
    async rest() {
      const events: ReceivedEvent[] = [];
      for (let event = await next(); event; event = await next()) events.push(event);
      return events;
    },
    text: () => answer.text(),
    close: () => gone.abort(),
  };
}
