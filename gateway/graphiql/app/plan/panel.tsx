import { Button, type GraphiQLPlugin, pick, useGraphiQL } from '@graphiql/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ToldPlan } from '../../../planning/plan/told-plan.ts';
import { PlanIcon } from '../parts/icons.tsx';
import { useCopy } from '../parts/use-copy.ts';
import { askForPlan, type Planned } from './ask.ts';
import { PlanNode } from './nodes.tsx';
import { planText, summaryOf } from './text.ts';

interface Shown {
  /** The text that was planned. */
  readonly query: string;
  readonly planned: Planned;
}

/** The plan of what the editors hold, asked for when the panel is opened and on demand. */
function usePlan(url: URL) {
  const { queryEditor, variableEditor, headerEditor, operationName } = useGraphiQL(
    pick('queryEditor', 'variableEditor', 'headerEditor', 'operationName'),
  );
  const [shown, setShown] = useState<Shown | null>(null);
  const [isAsking, setAsking] = useState(false);
  const ask = useCallback(async () => {
    const query = queryEditor?.getValue() ?? '';
    setAsking(true);
    const variables = variableEditor?.getValue() ?? '';
    const headers = headerEditor?.getValue() ?? '';
    const planned = await askForPlan(url, { query, variables, headers, operationName });
    setShown({ query, planned });
    setAsking(false);
  }, [url, queryEditor, variableEditor, headerEditor, operationName]);
  const isReady = queryEditor !== undefined && variableEditor !== undefined && headerEditor !== undefined;
  const hasAsked = useRef(false);
  useEffect(() => {
    if (!isReady || hasAsked.current) return;
    hasAsked.current = true;
    void ask();
  }, [isReady, ask]);
  return { shown, isAsking, ask };
}

function CopyPlan({ told }: { readonly told: ToldPlan }) {
  const { label, copy, putBack } = useCopy('Copy as text', 'Copied');
  return (
    <Button type="button" onClick={() => void copy(planText(told))} onBlur={putBack}>
      {label}
    </Button>
  );
}

function statusOf(shown: Shown | null, isAsking: boolean): string {
  if (isAsking || !shown) return 'Planning …';
  return 'problem' in shown.planned ? shown.planned.problem : summaryOf(shown.planned);
}

function QueryPlan({ url }: { readonly url: URL }) {
  const { shown, isAsking, ask } = usePlan(url);
  const edited = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.query ?? '');
  const isOld = shown !== null && !isAsking && shown.query !== edited;
  const told = shown && !('problem' in shown.planned) ? shown.planned : null;
  return (
    <section className="panel" aria-label="Query plan">
      <header className="panel-header">
        <h2>Query plan</h2>
        <Button type="button" onClick={ask} disabled={isAsking}>
          Plan again
        </Button>
      </header>
      <p>
        How the gateway would answer the operation of this tab. It is planned, not run, and literals are left
        out.
      </p>
      <p role="status" className={shown && !told && !isAsking ? 'plan-problem' : 'plan-summary'}>
        {statusOf(shown, isAsking)}
      </p>
      {isOld && <p className="plan-old">The operation was changed since: plan it again.</p>}
      {told?.plan && (
        <>
          <PlanNode node={told.plan} />
          <CopyPlan told={told} />
        </>
      )}
    </section>
  );
}

/** The panel that shows how an operation is run. */
export const planPlugin = (url: URL): GraphiQLPlugin => ({
  title: 'Query plan',
  icon: PlanIcon,
  content: () => <QueryPlan url={url} />,
});
