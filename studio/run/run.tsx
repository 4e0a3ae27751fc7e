import { Failed, Loading, Partial } from '../design/states/notices.tsx';
import { useRead } from '../graph/hooks.ts';
import { useReadAfter } from '../graph/read-after.ts';
import { Page } from '../page/page.tsx';
import { DeadLetters, useIsOperator } from './dead-letters.tsx';
import { ProcessorsDocument } from './operations.generated.ts';
import { Processor } from './processor.tsx';
import { useRefresh } from './refresh.ts';
import css from './run.module.css';
import { Services } from './services.tsx';
import { byNeed, summaryOf } from './words.ts';

/** Figures change without an event. */
const EVERY_MS = 4_000;
const GATHERED_MS = 1_000;

/** The system as it runs: processors, and for operators what must be done about them. */
export function Run() {
  const { data, faults, isLoading, reload } = useRead(ProcessorsDocument, {});
  const isOperator = useIsOperator();
  useRefresh(reload, EVERY_MS);
  useReadAfter(reload, ({ kind }) => kind !== 'PROCESSING', GATHERED_MS);
  const processors = data?.processors ?? [];
  const letters = processors.reduce((sum, { health }) => sum + (health.deadLetters ?? 0), 0);
  return (
    <Page title="Run" operation={{ document: ProcessorsDocument, variables: {} }}>
      {isLoading ? <Loading label="Loading the processors" lines={6} /> : null}
      {!data && faults.length > 0 ? (
        <Failed title="The processors cannot be read" reason={faults[0]} onRetry={reload} />
      ) : null}
      {data ? <Partial reasons={faults} /> : null}
      {data ? (
        <section aria-labelledby="processors" className={css['section']}>
          <div>
            <h2 id="processors">Processors</h2>
            <p role="status" className={css['soft']}>
              {summaryOf(processors)}
            </p>
          </div>
          <ul className={css['processors']}>
            {byNeed(processors).map((processor) => (
              <Processor
                key={processor.id}
                processor={processor}
                isOperator={isOperator}
                onChanged={reload}
              />
            ))}
          </ul>
        </section>
      ) : null}
      {isOperator ? <DeadLetters known={letters} onChanged={reload} /> : null}
      <Services />
      {isOperator === false ? (
        <p className={css['soft']}>
          Operators see more here: queues, failures and dead letters. They can pause processors, too. Your
          token is none of an operator’s.
        </p>
      ) : null}
    </Page>
  );
}
