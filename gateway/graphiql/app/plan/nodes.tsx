import type { ReactNode } from 'react';
import type { Path } from '../../../planning/plan/plan.ts';
import type { ToldFetch, ToldNode, ToldSubscription } from '../../../planning/plan/told-plan.ts';
import { deferText, keysText, pathText, printed } from './text.ts';

interface FetchProps {
  readonly fetch: ToldFetch;
  /** For entities: where they are in the data. */
  readonly path?: Path;
}

function Fetch({
  fetch: { serviceName, operationKind, requires, variableUsages, operation },
  path,
}: FetchProps) {
  const facts: [string, string][] = [
    ...(path ? [['at', pathText(path)] as [string, string]] : []),
    ...(requires ? [['keys', keysText(requires)] as [string, string]] : []),
    ...(variableUsages.length > 0
      ? [['variables', variableUsages.map((name) => `$${name}`).join(', ')] as [string, string]]
      : []),
  ];
  return (
    <div className="plan-fetch">
      <p>
        Fetch from <strong>{serviceName}</strong>{' '}
        <span className={`story-kind is-${operationKind}`}>{operationKind}</span>
      </p>
      {facts.length > 0 && (
        <dl>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <code>{value}</code>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {operation !== null && (
        <details open>
          <summary>Operation</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
          <section className="plan-operation" tabIndex={0} aria-label={`Operation for ${serviceName}`}>
            <pre>
              <code>{printed(operation)}</code>
            </pre>
          </section>
        </details>
      )}
    </div>
  );
}

const Group = ({ how, children }: { readonly how: string; readonly children: ReactNode }) => (
  <div className="plan-group">
    <p className="plan-how">{how}</p>
    {children}
  </div>
);

/** The place of a node among its siblings, which never change their order. */
const items = (nodes: readonly ToldNode[]) =>
  nodes.map((node, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a plan has no other names for its nodes
    <li key={index}>
      <PlanNode node={node} />
    </li>
  ));

/** A node of a plan, with those within. */
export function PlanNode({ node }: { readonly node: ToldNode | ToldSubscription }) {
  switch (node.kind) {
    case 'Fetch':
      return <Fetch fetch={node} />;
    case 'Flatten':
      return <Fetch fetch={node.node} path={node.path} />;
    case 'Sequence':
      return (
        <Group how="One after another">
          <ol>{items(node.nodes)}</ol>
        </Group>
      );
    case 'Parallel':
      return (
        <Group how="At the same time">
          <ul>{items(node.nodes)}</ul>
        </Group>
      );
    case 'Defer':
      return (
        <>
          {node.primary && (
            <Group how="Told first">
              <ul>{items([node.primary])}</ul>
            </Group>
          )}
          {node.deferred.map((each) => (
            <Group key={each.label} how={deferText(each)}>
              {each.node ? (
                <ul>{items([each.node])}</ul>
              ) : (
                <p>With what is there: nothing more is fetched.</p>
              )}
            </Group>
          ))}
        </>
      );
    case 'Subscription':
      return (
        <Group how="For each event">
          <ol>
            <li>
              <Fetch fetch={node.primary} />
            </li>
            {node.rest && items([node.rest])}
          </ol>
        </Group>
      );
  }
}
