import { parse, print } from 'graphql';
import {
  type DeferredNode,
  fetchesIn,
  type Path,
  type RequiredSelection,
} from '../../../planning/plan/plan.ts';
import type { ToldFetch, ToldNode, ToldPlan, ToldSubscription } from '../../../planning/plan/told-plan.ts';

type AnyNode = ToldNode | ToldSubscription;

/** An operation in lines; as it is where it cannot be read. */
export function printed(operation: string): string {
  try {
    return print(parse(operation));
  } catch {
    return operation;
  }
}

/** `blob.derived.nodes.@`; types that an object must have stand in brackets. */
export const pathText = (path: Path): string =>
  path.map((segment) => (typeof segment === 'string' ? segment : `[${segment.join('|')}]`)).join('.');

function selectionText(selection: RequiredSelection): string {
  const { selections = [] } = selection;
  const inner = selections.length > 0 ? ` ${keysText(selections)}` : '';
  if (selection.kind === 'Field') return selection.name + inner;
  return `...${selection.typeCondition ? ` on ${selection.typeCondition}` : ''}${inner}`;
}

/** The keys by which a fetch names its entities, as a selection: `{ ... on Blob { id } }`. */
export const keysText = (requires: readonly RequiredSelection[]): string =>
  `{ ${requires.map(selectionText).join(' ')} }`;

/** Label and place of one `@defer`. */
export const deferText = ({ label, path }: Pick<DeferredNode, 'label' | 'path'>): string =>
  `Told later (${label})${path.length > 0 ? ` at ${path.join('.')}` : ''}`;

/** How many requests come after one another, at the least. */
function roundsOf(node: AnyNode): number {
  switch (node.kind) {
    case 'Subscription':
      return 1 + (node.rest ? roundsOf(node.rest) : 0);
    case 'Sequence':
      return node.nodes.reduce((sum, each) => sum + roundsOf(each), 0);
    case 'Parallel':
      return Math.max(0, ...node.nodes.map(roundsOf));
    case 'Defer': {
      const first = node.primary ? roundsOf(node.primary) : 0;
      return first + Math.max(0, ...node.deferred.map((each) => (each.node ? roundsOf(each.node) : 0)));
    }
    default:
      return 1;
  }
}

const counted = (count: number, what: string, many = `${what}s`): string =>
  `${count} ${count === 1 ? what : many}`;

/** A plan in a sentence. */
export function summaryOf({ plan, planIsTruncated }: ToldPlan): string {
  if (!plan)
    return planIsTruncated
      ? 'The plan is too large to be shown.'
      : 'Nothing has to be fetched: the gateway answers this by itself.';
  const fetches = fetchesIn(plan);
  const services = new Set(fetches.map(({ serviceName }) => serviceName)).size;
  const what = `${counted(fetches.length, 'fetch', 'fetches')} from ${counted(services, 'service')}`;
  const cut = planIsTruncated ? ' Its operations are too long to be shown.' : '';
  return `${what}, in ${counted(roundsOf(plan), 'round')}.${cut}`;
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');

function fetchText(fetch: ToldFetch, at = ''): string {
  const { serviceName, requires, operation } = fetch;
  const keys = requires ? `\nkeys ${keysText(requires)}` : '';
  return `Fetch from ${serviceName}${at}${indented(`${keys}${operation ? `\n${printed(operation)}` : ''}`)}`;
}

function nodeText(node: AnyNode): string {
  switch (node.kind) {
    case 'Fetch':
      return fetchText(node);
    case 'Flatten':
      return fetchText(node.node, ` at ${pathText(node.path)}`);
    case 'Subscription': {
      const rest = node.rest ? `\n${indented(nodeText(node.rest))}` : '';
      return `For each event\n${indented(fetchText(node.primary))}${rest}`;
    }
    case 'Defer': {
      const first = node.primary ? [`Told first\n${indented(nodeText(node.primary))}`] : [];
      const later = node.deferred.map((each) =>
        each.node
          ? `${deferText(each)}\n${indented(nodeText(each.node))}`
          : `${deferText(each)}: with what is there`,
      );
      return [...first, ...later].join('\n');
    }
    default: {
      const how = node.kind === 'Sequence' ? 'One after another' : 'At the same time';
      return `${how}\n${node.nodes.map((each) => indented(nodeText(each))).join('\n')}`;
    }
  }
}

/** A plan as plain text, to be read or sent on. */
export const planText = (told: ToldPlan): string =>
  `${summaryOf(told)}\n${told.plan ? `\n${nodeText(told.plan)}\n` : ''}`;
