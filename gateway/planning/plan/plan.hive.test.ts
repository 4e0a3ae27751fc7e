import type * as hive from '@graphql-hive/router-query-planner';
import { describe, expect, it } from 'vitest';
import { fromHive } from './plan.hive.ts';

const entityFetch = (more: object): hive.FetchNode => ({
  kind: 'Fetch',
  serviceName: 'a',
  operation: 'query($representations:[_Any!]!){_entities(representations: $representations){...on T{a}}}',
  ...more,
});

const requires: hive.RequiresSelection[] = [
  {
    kind: 'InlineFragment',
    typeCondition: 'T',
    selections: [
      { kind: 'Field', name: '__typename' },
      { kind: 'Field', name: 'id' },
    ],
  },
];

const flatten = (
  node: hive.FetchNode,
  path: hive.FlattenNodePathSegment[] = [{ Field: 't' }],
): hive.QueryPlan => ({
  kind: 'QueryPlan',
  node: { kind: 'Flatten', path, node },
});

describe('a plan of Hive’s planner', () => {
  it('may be empty', () => {
    expect(fromHive({ kind: 'QueryPlan' })).toEqual({});
  });

  it('has paths of keys, items and types', () => {
    const path: hive.FlattenNodePathSegment[] = [
      { Field: 'ts' },
      '@',
      { TypeCondition: ['T', 'U'] },
      { Field: 't' },
    ];
    expect(fromHive(flatten(entityFetch({ requires }), path)).node).toMatchObject({
      path: ['ts', '@', ['T', 'U'], 't'],
    });
  });

  it('has rewrites in two forms', () => {
    const path = [{ TypenameEquals: ['T'] }, { Key: '__typename' }];
    const inputRewrites = [
      { ValueSetter: { path, setValueTo: 'I' } },
      { kind: 'ValueSetter', path, setValueTo: 'J' },
      { KeyRenamer: { path, renameKeyTo: 'b' } },
    ];
    expect(fromHive(flatten(entityFetch({ requires, inputRewrites }))).node).toMatchObject({
      node: {
        inputRewrites: [
          { kind: 'ValueSetter', path: [['T'], '__typename'], value: 'I' },
          { kind: 'ValueSetter', path: [['T'], '__typename'], value: 'J' },
          { kind: 'KeyRenamer', path: [['T'], '__typename'], renameKeyTo: 'b' },
        ],
      },
    });
  });

  it('ignores rewrites of representations in a fetch from the root', () => {
    const inputRewrites = [{ ValueSetter: { path: [{ Key: '__typename' }], setValueTo: 'I' } }];
    const fetch = { kind: 'Fetch', serviceName: 'a', operation: '{t{a}}', inputRewrites } as const;
    expect(fromHive({ kind: 'QueryPlan', node: { ...fetch } }).node).not.toHaveProperty('inputRewrites');
  });

  it('has aliased required fields, which are renamed from the inside out', () => {
    const aliased: hive.RequiresSelection[] = [
      {
        kind: 'InlineFragment',
        typeCondition: 'T',
        selections: [
          {
            kind: 'Field',
            name: '_internal_qp_alias_0',
            alias: 'items',
            selections: [{ kind: 'Field', name: '_internal_qp_alias_1', alias: 'price' }],
          },
        ],
      },
    ];
    expect(fromHive(flatten(entityFetch({ requires: aliased }))).node).toMatchObject({
      node: {
        requires: [
          {
            selections: [{ name: '_internal_qp_alias_0', selections: [{ name: '_internal_qp_alias_1' }] }],
          },
        ],
        inputRewrites: [
          {
            kind: 'KeyRenamer',
            path: [['T'], '_internal_qp_alias_0', '_internal_qp_alias_1'],
            renameKeyTo: 'price',
          },
          { kind: 'KeyRenamer', path: [['T'], '_internal_qp_alias_0'], renameKeyTo: 'items' },
        ],
      },
    });
  });

  it('has fragments, which are inlined', () => {
    const operation = '{ a { ...a } b { ...a } } fragment a on T { id t { ...b } } fragment b on T { id }';
    expect(
      fromHive({ kind: 'QueryPlan', node: { kind: 'Fetch', serviceName: 'a', operation } }).node,
    ).toMatchObject({
      operation: '{a{...on T{id t{...on T{id}}}}b{...on T{id t{...on T{id}}}}}',
    });
  });

  it('has batches, which are split', () => {
    const operation = `query($__batch_reps_0:[_Any!]!, $__batch_reps_1:[_Any!]!, $size: Int = 3) {
      _e0: _entities(representations: $__batch_reps_0) { ...on T { ...a } }
      _e1: _entities(representations: $__batch_reps_1) { ...on U { b(size: $size) } }
    } fragment a on T { a }`;
    const batch = (alias: string, variable: string, ...paths: hive.FlattenNodePathSegment[][]) => ({
      alias,
      representationsVariableName: variable,
      paths,
      requires,
    });
    const aliases = [
      batch('_e0', '__batch_reps_0', [{ Field: 't' }], [{ Field: 'ts' }, '@']),
      batch('_e1', '__batch_reps_1', [{ Field: 'u' }]),
    ];
    const { node } = fromHive({
      kind: 'QueryPlan',
      node: { kind: 'BatchFetch', serviceName: 'a', operation, entityBatch: { aliases } },
    });
    const first =
      'query($representations:[_Any!]!){_entities(representations:$representations){...on T{...on T{a}}}}';
    const second =
      'query($representations:[_Any!]!$size:Int=3){_entities(representations:$representations){...on U{b(size:$size)}}}';
    expect(node).toMatchObject({
      kind: 'Parallel',
      nodes: [
        { kind: 'Flatten', path: ['t'], node: { operation: first, variableUsages: [], requires } },
        { kind: 'Flatten', path: ['ts', '@'], node: { operation: first } },
        { kind: 'Flatten', path: ['u'], node: { operation: second, variableUsages: ['size'] } },
      ],
    });
  });

  it.each([
    { kind: 'Condition', condition: 'a' },
    { kind: 'Defer', primary: {}, deferred: [] },
  ] as hive.PlanNode[])('is refused with a $kind', (node) => {
    expect(() => fromHive({ kind: 'QueryPlan', node })).toThrow(node.kind);
  });
});
