import { parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { restoreArguments } from './required-arguments.plan.ts';
import { separateRequiredArguments, withoutStandIns } from './required-arguments.ts';

const supergraph = (requires: string) => `
  type Book @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
    id: ID!
    weight(unit: Unit = KG): Float @join__field(graph: A) @join__field(graph: B, external: true)
    size: Size @join__field(graph: A) @join__field(graph: B, external: true)
    light: Boolean @join__field(graph: B, requires: "weight(unit: G)")
    heavy: Boolean @join__field(graph: B, requires: ${JSON.stringify(requires)})
  }
  type Size @join__type(graph: A) @join__type(graph: B) { width(unit: Unit): Int deep: Int }
`;

function separate(requires: string) {
  const separated = separateRequiredArguments(parse(supergraph(requires)));
  if (!separated) throw new Error('Nothing was separated');
  return separated;
}

describe('required fields with arguments', () => {
  it('become stand-in fields in the same subgraphs', () => {
    const sdl = print(separate('weight(unit: LB) size { width deep }').document);
    expect(sdl).toContain(
      'weight_with1: Float @join__field(graph: A) @join__field(graph: B, external: true)',
    );
    expect(sdl).toContain('weight_with2: Float');
    expect(sdl).toContain('requires: "weight_with1"');
    expect(sdl).toContain('requires: "weight_with2 size { width_with1 deep }"');
    expect(sdl).toContain('width_with1: Int');
  });

  it('share a stand-in when their arguments are equal', () => {
    expect([...separate('weight(unit: G)').standIns.keys()]).toEqual(['weight_with1']);
  });

  it('stay as they are without arguments', () => {
    const sdl = 'type Book { a: Int b: Int @join__field(graph: B, requires: "a") }';
    expect(separateRequiredArguments(parse(sdl))).toBeNull();
  });

  it('are not in the API schema', () => {
    const separated = separate('size { width }');
    const shown = withoutStandIns(print(separated.document), separated);
    expect(shown).not.toContain('_with1:');
  });
});

describe('plans', () => {
  const separated = separate('weight(unit: LB)');

  it('fetch the field itself, with its arguments', () => {
    const node = {
      kind: 'Fetch',
      serviceName: 'a',
      operation: '{book{id weight_with1}}',
      operationKind: 'query',
      variableUsages: [],
    } as const;
    expect(restoreArguments({ node }, separated).node).toEqual({
      ...node,
      operation: '{book{id weight_with1:weight(unit:G)}}',
    });
  });

  it('represent it under its name, and fetch fields that need different arguments separately', () => {
    const field = (name: string) => ({ kind: 'Field' as const, name });
    const node = {
      kind: 'Flatten',
      path: ['book'],
      node: {
        kind: 'Fetch',
        serviceName: 'b',
        operation:
          'query($representations:[_Any!]!){_entities(representations:$representations){...on Book{light heavy}}}',
        operationKind: 'query',
        variableUsages: [],
        requires: [
          {
            kind: 'InlineFragment',
            typeCondition: 'Book',
            selections: ['__typename', 'id', 'weight_with1', 'weight_with2'].map(field),
          },
        ],
      },
    } as const;
    const restored = restoreArguments({ node }, separated).node;
    if (restored?.kind !== 'Parallel') throw new Error('It is one fetch');
    const fetches = restored.nodes.map((each) => (each.kind === 'Flatten' ? each.node : undefined));
    expect(fetches.map((fetch) => fetch?.operation.match(/on Book\{(.*?)\}/)?.[1])).toEqual([
      'light',
      'heavy',
    ]);
    expect(fetches.map((fetch) => fetch?.inputRewrites)).toEqual([
      [{ kind: 'KeyRenamer', path: [['Book'], 'weight_with1'], renameKeyTo: 'weight' }],
      [{ kind: 'KeyRenamer', path: [['Book'], 'weight_with2'], renameKeyTo: 'weight' }],
    ]);
    expect(JSON.stringify(fetches[0]?.requires)).not.toContain('weight_with2');
  });
});
