import {
  defaultFieldResolver,
  type FragmentDefinitionNode,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNullableType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { BlobgraphError } from '../../errors/errors.ts';

/** Fields that are resolved in one go, at one or two microseconds each. A page of the core query is one go: what it loads is one batch. */
const FIELDS_A_TURN = 20_000;
/** Fields of lists that one operation may have. */
const FIELDS_AN_OPERATION = 250_000;

/** Gives work its turns of the event loop, each of which does so much of it; first come, first served. */
export class Turns {
  readonly #each: number;
  readonly #waiting: (() => void)[] = [];
  #left: number;
  #isScheduled = false;

  constructor(each = FIELDS_A_TURN) {
    this.#each = each;
    this.#left = each;
  }

  /** Takes work into this turn; where that has no room left, resolves in the turn that it is for. */
  take(work: number): Promise<void> | undefined {
    this.#schedule();
    if (this.#left > 0 && this.#waiting.length === 0) {
      this.#left -= work;
      return undefined;
    }
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        this.#left -= work;
        resolve();
      });
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#left = this.#each;
      while (this.#left > 0 && this.#waiting.length > 0) this.#waiting.shift()?.();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }
}

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

/** Documents are kept, and so is what was counted in them. */
const counted = new WeakMap<SelectionSetNode, number>();

/** Fields of a selection and all below it, fragments opened. */
function fieldsIn(set: SelectionSetNode | undefined, fragments: Fragments): number {
  if (!set) return 0;
  const known = counted.get(set);
  if (known !== undefined) return known;
  let fields = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) fields += 1 + fieldsIn(selection.selectionSet, fragments);
    else if (selection.kind === Kind.INLINE_FRAGMENT) fields += fieldsIn(selection.selectionSet, fragments);
    else fields += fieldsIn(fragments[selection.name.value]?.selectionSet, fragments);
  }
  counted.set(set, fields);
  return fields;
}

/** Number of values to resolve for one entry of a list: itself and its fields, without entries of lists within it. */
const fieldsOfEntry = ({ fieldNodes, fragments }: GraphQLResolveInfo): number =>
  fieldNodes.reduce((sum, { selectionSet }) => sum + fieldsIn(selectionSet, fragments), 1);

/** Lists of a schema, which are resolved in turns. */
class Lists {
  readonly #turns: Turns;
  readonly #each: number;
  readonly #most: number;
  readonly #resolved = new WeakMap<object, number>();

  constructor(each: number, most: number) {
    this.#turns = new Turns(each);
    this.#each = each;
    this.#most = most;
  }

  /** The list, now or in its turn; the entries of a long one each in theirs. */
  inTurns(list: unknown, context: unknown, info: GraphQLResolveInfo): unknown {
    if (!Array.isArray(list) || list.length === 0) return list;
    const fields = fieldsOfEntry(info);
    this.#count(context, list.length * fields);
    const atOnce = Math.max(1, Math.floor(this.#each / fields));
    const first = this.#turns.take(Math.min(list.length, atOnce) * fields);
    const split = list.length <= atOnce ? list : this.#split(list, atOnce, fields);
    return first ? first.then(() => split) : split;
  }

  #split(list: readonly unknown[], atOnce: number, fields: number): unknown[] {
    const split = list.slice(0, atOnce);
    for (let from = atOnce; from < list.length; from += atOnce) {
      const part = list.slice(from, from + atOnce);
      const turn = this.#turns.take(part.length * fields);
      for (const entry of part) split.push(turn ? turn.then(() => entry) : entry);
    }
    return split;
  }

  /** @throws BlobgraphError RESPONSE_TOO_LARGE */
  #count(context: unknown, fields: number): void {
    if (typeof context !== 'object' || context === null) return;
    const resolved = (this.#resolved.get(context) ?? 0) + fields;
    this.#resolved.set(context, resolved);
    if (resolved <= this.#most) return;
    throw new BlobgraphError(
      'RESPONSE_TOO_LARGE',
      `The answer would have more than ${this.#most} fields. Ask for shorter pages (\`first\`) or fewer fields.`,
    );
  }
}

/**
 * Has a schema's lists resolved in turns, so that others are answered meanwhile, and an operation end whose lists have
 * too many fields. `context`: one object for each request.
 */
export function resolveListsInTurns(
  schema: GraphQLSchema,
  { each = FIELDS_A_TURN, most = FIELDS_AN_OPERATION }: { each?: number; most?: number } = {},
): void {
  const lists = new Lists(each, most);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (!isListType(getNullableType(field.type))) continue;
      const resolve: GraphQLFieldResolver<unknown, unknown> = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context, info) => {
        const list = resolve(source, args, context, info);
        return list instanceof Promise
          ? list.then((found) => lists.inTurns(found, context, info))
          : lists.inTurns(list, context, info);
      };
    }
  }
}
