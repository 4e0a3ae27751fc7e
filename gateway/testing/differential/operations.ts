import {
  type DocumentNode,
  doTypesOverlap,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  isUnionType,
  parse,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  validate,
} from 'graphql';
import { type Arguments, createArguments } from './arguments.ts';
import { createRandom, type Random } from './random.ts';

/** One valid document with one operation. */
export interface Operation {
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

type Field = GraphQLField<unknown, unknown>;

/** Fields selected at one place, by response key, so that fields with the same key can be merged. */
type Scope = Map<string, ScopeEntry>;

interface ScopeEntry {
  readonly type: string;
  readonly uses: { readonly parent: GraphQLCompositeType; readonly signature: string }[];
  readonly below: Scope;
}

interface Fragment {
  readonly name: string;
  readonly type: GraphQLCompositeType;
  readonly text: string;
}

/** Names that collide with keys of entities, with other fields or with what every JavaScript object has. */
const aliases = [
  'id',
  'title',
  'isbn',
  'name',
  'a',
  'b',
  '__typename',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  'title__1',
  '_entities',
];

/** Whether a field can share a response key with others at the same place. */
function fits(entry: ScopeEntry, parent: GraphQLCompositeType, signature: string, type: string): boolean {
  return (
    entry.type === type &&
    entry.uses.every(
      (use) =>
        use.signature === signature ||
        (use.parent !== parent && isObjectType(use.parent) && isObjectType(parent)),
    )
  );
}

class Writer {
  readonly #schema: GraphQLSchema;
  readonly #random: Random;
  readonly #composites: readonly GraphQLCompositeType[];
  readonly args: Arguments;
  readonly fragments: Fragment[] = [];
  #budget: number;
  #fresh = 0;

  constructor(schema: GraphQLSchema, random: Random) {
    this.#schema = schema;
    this.#random = random;
    this.args = createArguments(random);
    this.#budget = 4 + random.below(random.pick([6, 15, 40]));
    this.#composites = Object.values(schema.getTypeMap()).filter(isCompositeType);
  }

  /** The selection of a whole operation. */
  root(type: GraphQLCompositeType): string {
    const parts: string[] = [];
    const scope: Scope = new Map();
    for (let count = 1 + this.#random.below(4); count > 0; count--)
      parts.push(this.#selection(type, scope, 6));
    return `{ ${parts.join(' ')} }`;
  }

  #selections(type: GraphQLCompositeType, scope: Scope, depth: number): string {
    const parts = [this.#selection(type, scope, depth)];
    const wanted = 1 + this.#random.below(5);
    while (parts.length < wanted && this.#budget > 0) parts.push(this.#selection(type, scope, depth));
    return `{ ${parts.join(' ')} }`;
  }

  #selection(type: GraphQLCompositeType, scope: Scope, depth: number): string {
    const random = this.#random;
    const probability = isObjectType(type) ? 0.12 : isUnionType(type) ? 0.8 : 0.4;
    if (depth > 0 && random.chance(probability)) return this.#fragment(type, scope, depth);
    return this.#field(type, scope, depth);
  }

  #fragment(type: GraphQLCompositeType, scope: Scope, depth: number): string {
    const random = this.#random;
    const reusable = this.fragments.filter(({ type: of }) => doTypesOverlap(this.#schema, of, type));
    if (reusable.length > 0 && random.chance(0.15)) {
      return `...${random.pick(reusable).name}${this.#directive()}`;
    }
    if (random.chance(0.1)) return `...${this.#directive()} ${this.#selections(type, scope, depth - 1)}`;
    const condition = this.#condition(type);
    const below = this.#selections(condition, scope, depth - 1);
    if (random.chance(0.7)) return `... on ${condition.name}${this.#directive()} ${below}`;
    const name = `F${this.fragments.length + 1}`;
    this.fragments.push({ name, type: condition, text: `fragment ${name} on ${condition.name} ${below}` });
    return `...${name}${this.#directive()}`;
  }

  /** A type that overlaps with another. */
  #condition(type: GraphQLCompositeType): GraphQLCompositeType {
    const fitting = this.#composites.filter((other) => doTypesOverlap(this.#schema, other, type));
    return this.#random.pick(fitting);
  }

  #field(parent: GraphQLCompositeType, scope: Scope, depth: number): string {
    this.#budget--;
    const field = this.#pickField(parent, depth);
    const args = this.args.list(field.args);
    const signature = `${field.name}${args}`;
    const type = String(field.type);
    const key = this.#responseKey(field.name, (name) => {
      const entry = scope.get(name);
      return !entry || fits(entry, parent, signature, type);
    });
    const entry: ScopeEntry = scope.get(key) ?? { type, uses: [], below: new Map() };
    entry.uses.push({ parent, signature });
    scope.set(key, entry);
    const named = getNamedType(field.type);
    const below = isCompositeType(named) ? ` ${this.#selections(named, entry.below, depth - 1)}` : '';
    return `${key === field.name ? '' : `${key}: `}${signature}${this.#directive()}${below}`;
  }

  #pickField(parent: GraphQLCompositeType, depth: number): Field {
    const random = this.#random;
    if (isUnionType(parent) || random.chance(0.1)) return TypeNameMetaFieldDef;
    if (parent === this.#schema.getQueryType() && random.chance(0.05)) {
      return random.pick([SchemaMetaFieldDef, TypeMetaFieldDef]);
    }
    const fields = Object.values(parent.getFields());
    const leaves = fields.filter(({ type }) => !isCompositeType(getNamedType(type)));
    const deep = depth > 0 && this.#budget > 0 && !(parent.name.startsWith('__') && depth < 4);
    const candidates = deep ? fields : leaves;
    return candidates.length > 0 ? random.pick(candidates) : TypeNameMetaFieldDef;
  }

  #responseKey(name: string, isFree: (name: string) => boolean): string {
    const wanted = this.#random.chance(0.25) ? this.#random.pick(aliases) : name;
    const key = [wanted, name].find(isFree);
    return key ?? `f${++this.#fresh}`;
  }

  #directive(): string {
    if (!this.#random.chance(0.08)) return '';
    const [first, other] = this.#random.chance(0.5) ? ['skip', 'include'] : ['include', 'skip'];
    const one = ` @${first}(if: ${this.args.condition()})`;
    return this.#random.chance(0.2) ? `${one} @${other}(if: ${this.args.condition()})` : one;
  }
}

/** Generates an operation from a seed. Undefined when it is not valid. */
export function makeOperation(schema: GraphQLSchema, seed: string): Operation | undefined {
  const random = createRandom(seed);
  const kind = random.chance(0.15) ? 'mutation' : 'query';
  const type = kind === 'mutation' ? schema.getMutationType() : schema.getQueryType();
  if (!type) throw new TypeError(`The schema has no ${kind}`);
  const writer = new Writer(schema, random);
  const selections = writer.root(type);
  const source = [
    `${kind} Made${writer.args.definitions()} ${selections}`,
    ...writer.fragments.map(({ text }) => text),
  ].join('\n');
  const document = parse(source);
  if (validate(schema, document).length > 0) return undefined;
  return { document, variables: writer.args.values };
}
