import type { Reference, Schema } from './types.ts';

export const schemaRef = (name: string): Reference => ({ $ref: `#/components/schemas/${name}` });

export const pascal = (name: string): string =>
  name.replaceAll(/(?:^|_)([a-z\d])/gi, (_, letter: string) => letter.toUpperCase());

/** Where a schema occurs in the API: part of its name when that of its type is taken. */
export interface Place {
  /** The operation's name. */
  readonly operation: string;
  /** The member that holds it. */
  readonly member: string;
}

type Properties = Readonly<Record<string, unknown>>;

const propertiesOf = (schema: Schema): string[] => Object.keys((schema['properties'] ?? {}) as Properties);

/** The schemas that operations share. Equal schemas have one name, and each name stands for one schema. */
export class SharedSchemas {
  readonly #schemas = new Map<string, Schema>();
  readonly #taken: Set<string>;
  readonly #names = new Map<string, string>();
  readonly #fullest: ReadonlyMap<string, number>;
  readonly #seen = new Map<string, number>();

  /**
   * @param taken names that are in use
   * @param fullest by type: the members of its largest schema, which gets the type's own name. Default: the first one
   * does
   */
  constructor(taken: readonly string[] = [], fullest: ReadonlyMap<string, number> = new Map()) {
    this.#taken = new Set(taken);
    this.#fullest = fullest;
  }

  /** A reference to a schema. Its name is the first free one of: its type's, names by place, numbered names. */
  share(type: string, schema: Schema, place: Place): Reference {
    const text = JSON.stringify(schema);
    const shared = this.#names.get(`${type} ${text}`);
    if (shared !== undefined) return schemaRef(shared);
    const members = propertiesOf(schema).length;
    this.#seen.set(type, Math.max(members, this.#seen.get(type) ?? 0));
    for (const name of namesFor(type, schema, place)) {
      if (name === type && members < (this.#fullest.get(type) ?? 0)) continue;
      if (this.#taken.has(name)) continue;
      this.#taken.add(name);
      this.#schemas.set(name, schema);
      this.#names.set(`${type} ${text}`, name);
      return schemaRef(name);
    }
    throw new Error('There is always another number');
  }

  /** By type: the members of its largest schema. */
  get fullest(): ReadonlyMap<string, number> {
    return this.#seen;
  }

  /** All of them by name, sorted. */
  all(): Record<string, Schema> {
    return Object.fromEntries([...this.#schemas].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

function* namesFor(type: string, schema: Schema, { operation, member }: Place): Generator<string> {
  yield type;
  if (propertiesOf(schema).join() === 'id') yield `${type}Reference`;
  const [byOperation, byMember] = [pascal(operation), pascal(member)];
  yield `${byOperation}${type}`;
  yield `${byOperation}${byMember}`;
  for (let number = 2; ; number++) yield `${byOperation}${byMember}${number}`;
}
