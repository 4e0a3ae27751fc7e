import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { StubGraph, StubObject, StubSubgraph, Value } from './graph.ts';

type Variables = Readonly<Record<string, unknown>>;

/** A GraphQL request to a subgraph. */
export interface Question {
  readonly query: string;
  readonly variables?: Variables;
}

interface Answer {
  /** JSON of the whole result. */
  readonly text: string;
  readonly representations: number;
}

/** Answers requests to one subgraph. */
export type Answering = (question: Question) => Answer;

interface RootField {
  readonly key: string;
  /** JSON of the field's value, and the representations that it took. */
  answer(variables: Variables): { text: string; representations: number };
}

const isObject = (value: Value): value is StubObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const keyOf = ({ alias, name }: FieldNode): string => alias?.value ?? name.value;

const argumentsOf = ({ arguments: given = [] }: FieldNode, variables: Variables): Variables =>
  Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]));

/** Selects the fields of one document from values. */
function createSelecting(
  interfaces: StubGraph['interfaces'],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
) {
  const isOf = ({ __typename: type }: StubObject, condition: string | undefined): boolean =>
    condition === undefined || type === condition || (interfaces[condition] ?? []).includes(String(type));

  function collect(object: StubObject, { selections }: SelectionSetNode, into: FieldNode[]): FieldNode[] {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        into.push(selection);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (fragment && isOf(object, fragment.typeCondition?.name.value))
        collect(object, fragment.selectionSet, into);
    }
    return into;
  }

  function select(value: Value, at: SelectionSetNode | undefined, variables: Variables): unknown {
    if (Array.isArray(value)) return value.map((item: Value) => select(item, at, variables));
    if (!at || !isObject(value)) return value;
    const selected: Record<string, unknown> = {};
    for (const field of collect(value, at, [])) {
      const found = select(fieldOf(value, field, variables), field.selectionSet, variables);
      selected[keyOf(field)] = merged(selected[keyOf(field)], found);
    }
    return selected;
  }
  return { collect, select };
}

/** @throws TypeError when the stub knows no such field */
function fieldOf(object: StubObject, field: FieldNode, variables: Variables): Value {
  const value = object[field.name.value];
  if (value === undefined)
    throw new TypeError(`The stub has no ${object['__typename'] ?? ''}.${field.name.value}`);
  return typeof value === 'function' ? value(argumentsOf(field, variables)) : value;
}

/** Merges two values of a field that is selected twice. */
function merged(before: unknown, next: unknown): unknown {
  if (typeof before !== 'object' || before === null) return next;
  if (Array.isArray(before) && Array.isArray(next))
    return before.map((item, index) => merged(item, next[index]));
  const [one, other] = [before, next] as Record<string, unknown>[];
  return Object.fromEntries(
    Object.entries({ ...one, ...other }).map(([key, value]) => [key, merged(one?.[key], value)]),
  );
}

/** Memoises a function of a key. */
function once<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const text = known.get(key) ?? compute(key);
    known.set(key, text);
    return text;
  };
}

function compile(graph: StubGraph, subgraph: StubSubgraph, query: string): readonly RootField[] {
  const { definitions } = parse(query, { noLocation: true });
  const fragments = new Map(
    definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );
  const operation = definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError(`No operation in ${query}`);
  const { collect, select } = createSelecting(graph.interfaces, fragments);
  const root: StubObject = { __typename: 'Query', ...subgraph.query };
  return collect(root, operation.selectionSet, []).map((field) => {
    const key = JSON.stringify(keyOf(field));
    if (field.name.value !== '_entities') {
      const textOf = once((variables) => {
        const given = JSON.parse(variables) as Variables;
        return JSON.stringify(select(fieldOf(root, field, given), field.selectionSet, given));
      });
      return {
        key,
        answer: (variables) => ({ text: textOf(JSON.stringify(variables)), representations: 0 }),
      };
    }
    const textOf = once((representation) =>
      JSON.stringify(select(subgraph.entity(JSON.parse(representation)), field.selectionSet, {})),
    );
    return {
      key,
      answer(variables) {
        const { representations } = argumentsOf(field, variables) as { representations: unknown[] };
        const texts = representations.map((each) => textOf(JSON.stringify(each)));
        return { text: `[${texts.join(',')}]`, representations: texts.length };
      },
    };
  });
}

/**
 * Answers as cheaply as possible, so that the client is what is measured: each document is parsed once, and each
 * entity selected and serialised once per document. Requests are not validated.
 */
export function createAnswering(graph: StubGraph, subgraph: StubSubgraph): Answering {
  const fieldsOf = once((query) => compile(graph, subgraph, query));
  return ({ query, variables = {} }) => {
    const answers = fieldsOf(query).map(({ key, answer }) => ({ key, ...answer(variables) }));
    return {
      text: `{"data":{${answers.map(({ key, text }) => `${key}:${text}`).join(',')}}}`,
      representations: answers.reduce((sum, { representations }) => sum + representations, 0),
    };
  };
}
