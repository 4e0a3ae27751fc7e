import { useCallback, useEffect, useState } from 'react';
import { Badge, type Tone } from '../design/states/state-badge.tsx';
import { useRefresh } from './refresh.ts';
import css from './run.module.css';

/** Answer of the gateway's `/ready` (docs/operations.md). */
interface Readiness {
  readonly status: 'ready' | 'degraded' | 'unavailable' | 'stopping';
  /** Ports that run embedded in its process. */
  readonly embedded: readonly string[];
  /** `ok`, `degraded: …`, or why not, by service. */
  readonly checks: Readonly<Record<string, string>>;
}

const EVERY_MS = 10_000;
const DEGRADED = /^degraded: /;

const isReadiness = (value: unknown): value is Readiness =>
  typeof value === 'object' && value !== null && 'checks' in value && 'status' in value;

/**
 * The gateway's answer at `/ready`, without a token: it is no content, and it tells when the graph itself is away.
 * Undefined before the first answer, null while there is none.
 */
function useReadiness(): Readiness | null | undefined {
  const [readiness, setReadiness] = useState<Readiness | null>();
  const read = useCallback(() => {
    fetch('/ready', { cache: 'no-store' })
      .then((answer) => answer.json())
      .then(
        (body: unknown) => setReadiness(isReadiness(body) ? body : null),
        () => setReadiness(null),
      );
  }, []);
  useEffect(read, [read]);
  useRefresh(read, EVERY_MS);
  return readiness;
}

const toneOf = (state: string): readonly [Tone, string] =>
  state === 'ok' ? ['done', 'Up'] : DEGRADED.test(state) ? ['waiting', 'Not well'] : ['failed', 'Away'];

const WORDS: Readonly<Record<Readiness['status'], readonly [Tone, string]>> = {
  ready: ['done', 'Ready'],
  degraded: ['waiting', 'Ready, with something missing'],
  unavailable: ['failed', 'Not ready yet'],
  stopping: ['waiting', 'Stopping'],
};

/** The services of the graph as the gateway finds them, and what runs within its process. */
export function Services() {
  const readiness = useReadiness();
  if (readiness === undefined) return null;
  const [tone, word] = readiness ? WORDS[readiness.status] : (['failed', 'It does not answer'] as const);
  return (
    <section aria-labelledby="services" className={css['section']}>
      <div>
        <h2 id="services">Services</h2>
        <p role="status">
          The gateway: <Badge tone={tone}>{word}</Badge>
        </p>
      </div>
      {readiness ? (
        <ul className={css['services']}>
          {Object.entries(readiness.checks).map(([name, state]) => {
            const [each, said] = toneOf(state);
            return (
              <li key={name}>
                <span>{name}</span> <Badge tone={each}>{said}</Badge>
                {state === 'ok' ? null : <p className={css['soft']}>{state.replace(DEGRADED, '')}</p>}
              </li>
            );
          })}
        </ul>
      ) : null}
      {readiness && readiness.embedded.length > 0 ? (
        <p className={css['soft']}>
          Embedded in this process, with no servers of their own: {readiness.embedded.join(', ')}. For more
          than one machine, see “On real services” in the operations guide.
        </p>
      ) : null}
    </section>
  );
}
