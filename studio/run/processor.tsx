import { useState } from 'react';
import { Badge } from '../design/states/state-badge.tsx';
import { Time } from '../design/text/time.tsx';
import { Backfill } from './backfill.tsx';
import { Operate } from './operate.tsx';
import css from './run.module.css';
import { figuresOf, healthOf, latencyOf, type ProcessorRow, span } from './words.ts';

export interface ProcessorProps {
  readonly processor: ProcessorRow;
  readonly isOperator: boolean | undefined;
  readonly onChanged: () => void;
}

/** Why it is as it is. */
function Why({ processor }: { readonly processor: ProcessorRow }) {
  const { status, statusReason, statusSince, health } = processor;
  return (
    <>
      {status === 'ACTIVE' ? null : (
        <p>
          {status === 'PAUSED' ? 'Paused' : 'Retired'}
          {statusSince ? (
            <>
              {' '}
              <Time at={statusSince} />
            </>
          ) : null}
          {statusReason ? `: ${statusReason}` : ''}
        </p>
      )}
      {health.status === 'DOWN' && status !== 'RETIRED' ? (
        <p>
          It does not answer
          {health.since ? (
            <>
              {' '}
              since <Time at={health.since} />
            </>
          ) : null}
          . What it made cannot be read meanwhile; what waits for it is done when it is back.
        </p>
      ) : null}
      {health.reason ? (
        <p>{health.reason}</p>
      ) : health.status === 'DEGRADED' && status !== 'RETIRED' ? (
        <p>It answers slowly, or lacks something that it needs.</p>
      ) : null}
    </>
  );
}

function Details({ processor, isOperator }: Omit<ProcessorProps, 'onChanged'>) {
  const { id, description, version, versions, takes, inputSchemaIds, optInSchemaIds } = processor;
  const { outputSchemaId, graphqlType, storageType, maxConcurrency, timeoutSeconds } = processor;
  return (
    <div className={css['details']}>
      <p>{description}</p>
      <dl className={css['facts']}>
        <dt>Takes</dt>
        <dd>
          {takes.length > 0
            ? takes.map(({ event, schemaIds }) => (
                <div key={event}>
                  <code>{schemaIds.join(', ')}</code> on {event}
                </div>
              ))
            : `${inputSchemaIds.join(', ')}, when it is asked`}
        </dd>
        {optInSchemaIds.length > 0 ? (
          <>
            <dt>By itself</dt>
            <dd>of {optInSchemaIds.join(', ')} only in books that ask for it</dd>
          </>
        ) : null}
        <dt>Makes</dt>
        <dd>
          <code>{outputSchemaId}</code>, in the graph {graphqlType}
        </dd>
        <dt>Version</dt>
        <dd>
          {version}
          {versions.length > 1 ? `, before it ${versions.slice(1, 4).join(', ')}` : ''}
        </dd>
        <dt>Keeps it in</dt>
        <dd>{storageType}</dd>
        <dt>At once</dt>
        <dd>
          {maxConcurrency} runs, each of {span(timeoutSeconds)} at most
        </dd>
      </dl>
      {isOperator ? <Backfill processorId={id} isRetired={processor.status === 'RETIRED'} /> : null}
    </div>
  );
}

/** One processor: how it is, how it fares, and for operators what can be done with it. */
export function Processor({ processor, isOperator, onChanged }: ProcessorProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { id, name, status, active, health } = processor;
  const [tone, word] = healthOf(processor);
  const figures = [latencyOf(health), ...(isOperator ? figuresOf(health) : [])];
  return (
    <li className={css['processor']} aria-label={name}>
      <div className={css['top']}>
        <div>
          <h3>{name}</h3>
          <p className={css['soft']}>
            <code>{id}</code> · version {processor.version}
          </p>
        </div>
        <div className={css['badges']}>
          {status === 'PAUSED' ? <Badge tone="waiting">Paused</Badge> : null}
          {active || status !== 'ACTIVE' ? null : <Badge tone="rest">Not active</Badge>}
          <Badge tone={tone}>{word}</Badge>
        </div>
      </div>
      <Why processor={processor} />
      {status === 'RETIRED' ? null : (
        <dl className={css['figures']}>
          {figures.map(({ name: figure, value, isGrave }) => (
            <div key={figure} className={isGrave ? css['grave'] : undefined}>
              <dt>{figure}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      <div className={css['bottom']}>
        <details open={isOpen} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
          <summary>What it takes and makes</summary>
          {isOpen ? <Details processor={processor} isOperator={isOperator} /> : null}
        </details>
        {isOperator && status !== 'RETIRED' ? <Operate processor={processor} onChanged={onChanged} /> : null}
      </div>
    </li>
  );
}
