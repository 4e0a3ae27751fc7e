import { isDeepStrictEqual } from 'node:util';
import {
  type ConstDirectiveNode,
  type DirectiveNode,
  type GraphQLFormattedError,
  type InlineFragmentNode,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { ExecutionResult, Patch } from '../../execution/executor.ts';
import { isSame } from './compare.ts';
import type { Operation } from './operations.ts';
import { createRandom, type Random } from './random.ts';

/** An answer whose parts were all taken. */
export interface AnswerInParts extends ExecutionResult {
  readonly patches?: readonly Patch[];
}

type Path = readonly (string | number)[];
type Values = Record<string | number, unknown>;

const named = (value: string) => ({ kind: Kind.NAME, value }) as const;

function deferred(random: Random, number: number): ConstDirectiveNode {
  const label = { kind: Kind.ARGUMENT, name: named('label') } as const;
  const value = { kind: Kind.STRING, value: `later ${number}` } as const;
  return {
    kind: Kind.DIRECTIVE,
    name: named('defer'),
    arguments: random.chance(0.7) ? [{ ...label, value }] : [],
  };
}

/** Defers some fragments of an operation, and puts some of its selections into fragments that are deferred. */
export function withDefers({ document, variables }: Operation, seed: string): Operation {
  const random = createRandom(`defer ${seed}`);
  let count = 0;
  const defer = (): DirectiveNode => {
    count += 1;
    return deferred(random, count);
  };
  const alter = (node: SelectionNode): SelectionNode =>
    node.kind !== Kind.FIELD && random.chance(0.4)
      ? { ...node, directives: [...(node.directives ?? []), defer()] }
      : node;
  const split = (set: SelectionSetNode): SelectionSetNode => {
    const later = set.selections.filter(() => random.chance(0.4));
    if (later.length === 0 || count > 8 || random.chance(0.6)) return set;
    const fragment: InlineFragmentNode = {
      kind: Kind.INLINE_FRAGMENT,
      directives: [defer()],
      selectionSet: { ...set, selections: later },
    };
    // Some stay where they are as well.
    const first = set.selections.filter((node) => !later.includes(node) || random.chance(0.2));
    return { ...set, selections: [...first, fragment] };
  };
  const isMutation = document.definitions.some(
    (each) => each.kind === Kind.OPERATION_DEFINITION && each.operation === OperationTypeNode.MUTATION,
  );
  const altered = visit(document, {
    SelectionSet: {
      leave(set, _key, parent, _path, ancestors) {
        const isRoot =
          ancestors.length <= 3 && (parent as { kind?: string }).kind === Kind.OPERATION_DEFINITION;
        // Fragments of a mutation may be at its root.
        if (isMutation && (isRoot || !insideField([...ancestors, parent]))) return undefined;
        return split({ ...set, selections: set.selections.map(alter) });
      },
    },
  });
  return { document: altered, variables };
}

const insideField = (ancestors: readonly unknown[]): boolean =>
  ancestors.some((each) => (each as { kind?: string } | undefined)?.kind === Kind.FIELD);

const isObject = (value: unknown): value is Values => typeof value === 'object' && value !== null;

function set(target: Values, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function merge(target: Values, source: Values): void {
  for (const key of Object.keys(source)) {
    const [known, value] = [Object.hasOwn(target, key) ? target[key] : undefined, source[key]];
    if (isObject(known) && isObject(value)) merge(known, value);
    else set(target, key, structuredClone(value));
  }
}

const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    data,
  );

/** The data of all parts; and what is wrong with where they belong. */
export function merged({ data, patches = [] }: AnswerInParts): { data: unknown; wrong: string[] } {
  const whole = structuredClone(data) as Values | null;
  const wrong: string[] = [];
  for (const { path, data: more } of patches) {
    const place = valueAt(whole, path);
    if (!isObject(place) || Array.isArray(place)) wrong.push(`there is no object at "${path.join('.')}"`);
    else if (more) merge(place, more);
  }
  return { data: whole, wrong };
}

/** The paths at which `one` has a value, and `other` has another or none. */
function* lacking(one: unknown, other: unknown, path: Path = []): Generator<Path> {
  if (one === null || one === undefined) return;
  if (!isObject(one) || !isObject(other)) {
    if (!isDeepStrictEqual(one, other)) yield path;
  } else
    for (const key of Object.keys(one))
      yield* lacking(valueAt(one, [key]), valueAt(other, [key]), [
        ...path,
        Array.isArray(one) ? Number(key) : key,
      ]);
}

/** The paths of nulls. */
function* nulls(value: unknown, path: Path = []): Generator<Path> {
  if (value === null) yield path;
  if (isObject(value))
    for (const key of Object.keys(value))
      yield* nulls(valueAt(value, [key]), [...path, Array.isArray(value) ? Number(key) : key]);
}

const isBelow = (path: Path, place: Path): boolean => place.every((key, index) => path[index] === key);

interface Told {
  readonly path: Path;
  readonly data: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** Nulls of one part that none of its errors explains. */
const unexplained = ({ path: base, data, errors = [] }: Told, everything: unknown): Path[] =>
  [...nulls(data, base)].filter(
    (place) => valueAt(everything, place) !== null && !errors.some(({ path = [] }) => isBelow(path, place)),
  );

/**
 * Lists what is wrong with an answer in parts. Without errors, its parts are the whole answer. With errors, they have all
 * that this has, since a null goes no further up than its part; nothing that is not there where everything is nullable; and a
 * null only with an error of the same part.
 */
export async function differencesInParts(
  expected: ExecutionResult,
  actual: AnswerInParts,
  everything: () => Promise<ExecutionResult>,
): Promise<string[]> {
  const { data, wrong } = merged(actual);
  const parts: Told[] = [{ ...actual, path: [] }, ...(actual.patches ?? [])];
  const errors = parts.flatMap((part) => part.errors ?? []);
  for (const path of lacking(expected.data, data)) wrong.push(`another value or none at "${path.join('.')}"`);
  if (!expected.errors) {
    for (const path of lacking(data, expected.data)) wrong.push(`a value more at "${path.join('.')}"`);
    return [...wrong, ...errors.map((error) => `an error of nothing: ${JSON.stringify(error)}`)];
  }
  const all = await everything();
  for (const path of lacking(data, all.data)) wrong.push(`a value of nothing at "${path.join('.')}"`);
  for (const part of parts)
    for (const path of unexplained(part, all.data))
      wrong.push(`a null without its error at "${path.join('.')}"`);
  for (const error of errors)
    if (error.message.startsWith('boom') && !all.errors?.some((other) => isSame(other, error)))
      wrong.push(`an error of nothing: ${JSON.stringify(error)}`);
  return wrong;
}
