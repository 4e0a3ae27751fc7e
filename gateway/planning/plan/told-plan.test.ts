import { describe, expect, it } from 'vitest';
import type { FetchNode, PlanNode } from './plan.ts';
import { toldPlan } from './told-plan.ts';

const fetch = (operation: string, more: Partial<FetchNode> = {}): FetchNode => ({
  ...{ kind: 'Fetch', serviceName: 'state', operationKind: 'query', variableUsages: ['id'] },
  ...{ operation, ...more },
});

describe('a plan as it is told', () => {
  it('has the fetches and their order, without rewrites', () => {
    const rewrites = [{ kind: 'ValueSetter', path: ['a'], value: 'content' }] as const;
    const requires = [{ kind: 'Field', name: 'id' }] as const;
    const node: PlanNode = {
      kind: 'Sequence',
      nodes: [
        fetch('query($id:ID!){blob(id:$id){id}}', { inputRewrites: rewrites }),
        {
          kind: 'Parallel',
          nodes: [
            {
              kind: 'Flatten',
              path: ['blob', '@', ['A']],
              node: fetch('{a}', { requires, outputRewrites: rewrites }),
            },
          ],
        },
      ],
    };
    const common = { kind: 'Fetch', serviceName: 'state', operationKind: 'query', variableUsages: ['id'] };
    expect(toldPlan({ node })).toEqual({
      plan: {
        kind: 'Sequence',
        nodes: [
          { ...common, operation: 'query($id:ID!){blob(id:$id){id}}' },
          {
            kind: 'Parallel',
            nodes: [
              {
                kind: 'Flatten',
                path: ['blob', '@', ['A']],
                node: { ...common, requires, operation: '{a}' },
              },
            ],
          },
        ],
      },
    });
  });

  it('has no literals', () => {
    const operation =
      'query($a:Int=7,$o:O={k:"x"}){a(s:"text",b:"""block""",i:-4711,f:4.711,l:["x",$a],o:{key:"x"},e:RED,t:true,n:null,v:$a){b}}';
    expect(toldPlan({ node: fetch(operation) }).plan).toMatchObject({
      operation: 'query($a:Int$o:O){a(s:"…" b:"…" i:0 f:0 l:[]o:{}e:RED t:true n:null v:$a){b}}',
    });
  });

  it('has what is deferred, without literals', () => {
    const later = { label: '1', path: ['blob'] };
    const node: PlanNode = {
      kind: 'Defer',
      primary: fetch('{a(b:1)}'),
      deferred: [
        { ...later, node: fetch('{c(d:2)}') },
        { ...later, label: '2' },
      ],
    };
    expect(toldPlan({ node }).plan).toMatchObject({
      kind: 'Defer',
      primary: { operation: '{a(b:0)}' },
      deferred: [{ ...later, node: { operation: '{c(d:0)}' } }, { label: '2' }],
    });
  });

  it('is null where nothing is fetched', () => expect(toldPlan({})).toEqual({ plan: null }));

  it('leaves out operations that are too long together, then all of it', () => {
    const long = fetch(`{${'a '.repeat(70_000)}}`);
    expect(toldPlan({ node: { kind: 'Subscription', primary: fetch('{a}'), rest: long } })).toMatchObject({
      plan: { primary: { operation: null }, rest: { operation: null } },
      planIsTruncated: true,
    });
    const many: PlanNode = { kind: 'Parallel', nodes: Array.from({ length: 20_000 }, () => fetch('{a}')) };
    expect(toldPlan({ node: many })).toEqual({ plan: null, planIsTruncated: true });
  });
});
