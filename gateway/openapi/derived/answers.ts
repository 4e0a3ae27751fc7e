import { isAbstractType } from 'graphql';
import type { OpenRoute } from '../../rest/answering/open-route.ts';
import type { MemberShape, ObjectShape, Shape } from '../../rest/mapping/rest-shape.ts';
import { TYPE_NAME } from '../../rest/mapping/rest-shape.ts';
import type { Place, SharedSchemas } from '../parts/components.ts';
import type { Schema } from '../parts/types.ts';
import { leafSchema, orNull } from './scalars.ts';

type Members = ReadonlyMap<string, MemberShape>;
type Property = readonly [name: string, schema: Schema, required: boolean];

const described = (schema: Schema, description: string | null | undefined): Schema =>
  description ? { ...schema, description } : schema;

const objectSchema = (properties: readonly Property[], description?: string | null): Schema => {
  const required = properties.filter(([, , always]) => always).map(([name]) => name);
  return {
    type: 'object',
    ...(description && { description }),
    properties: Object.fromEntries(properties.map(([name, schema]) => [name, schema])),
    ...(required.length > 0 && { required }),
  };
};

const cursor: Schema = {
  type: ['string', 'null'],
  description: 'The parameter `cursor` of the next page. Null on the last page.',
};

/** Members of a content that are not part of its data, see {@link dataOf}. */
const ABOUT_CONTENT: ReadonlySet<string> = new Set(['id', TYPE_NAME]);

/** The JSON Schemas of one operation's answers. Types of the graph become shared schemas. */
export class AnswerSchemas {
  readonly #shared: SharedSchemas;
  readonly #operation: string;

  constructor(shared: SharedSchemas, operation: string) {
    this.#shared = shared;
    this.#operation = operation;
  }

  /**
   * The schema of a route's answer: the members of its root, or of a mutation's payload, or the member at `route.at`.
   */
  answer({ root, route, isMutation }: OpenRoute): Schema {
    if (route.at) return this.#at(root, route.at);
    // A null root is answered as a problem; fields within it may be null as in the graph.
    const members = route.within ? root.members : withoutNull(root.members);
    if (!isMutation) return objectSchema(this.#properties(members, true));
    const payloads = [...root.members.values()].flatMap(({ shape }) =>
      shape.kind === 'object' ? [shape] : [],
    );
    const properties = payloads.flatMap((payload) => this.#ofPayload(payload, route.mayBeNull ?? []));
    return objectSchema(properties.filter(([name]) => name !== 'user_errors'));
  }

  /** The thing that a mutation made is there; its members may be null as in the graph, and so may `nullable` members. */
  #ofPayload({ members }: ObjectShape, nullable: readonly string[]): Property[] {
    return [...members].flatMap(([key, member]) => {
      if (nullable.includes(key)) return [this.#property(member, false)];
      const isMade = member.shape.kind === 'object';
      return this.#properties(new Map([[key, isMade ? present(member) : member]]), true);
    });
  }

  #at({ members }: ObjectShape, [name = '', ...rest]: readonly string[]): Schema {
    const member = [...members.values()].find((each) => each.name === name);
    if (!member) return {};
    const { shape } = member;
    if (rest.length > 0 && shape.kind === 'object') return this.#at(shape, rest);
    return this.#property({ ...member, shape: { ...shape, nullable: false } }, true)[1];
  }

  #properties(members: Members, isRoot: boolean): Property[] {
    return [...members.values()].flatMap((member) =>
      member.as === 'page' ? this.#page(member, isRoot) : [this.#property(member, isRoot)],
    );
  }

  #property({ name, field, shape, optional, as }: MemberShape, isRoot: boolean): Property {
    const schema = as === 'data' ? this.#data(shape, name) : this.#value(shape, name);
    // The graph's description of a root says when it is null, which does not apply: here, that is a problem.
    return [name, isRoot ? schema : described(schema, field?.description), !optional];
  }

  #page({ name, shape, field, optional }: MemberShape, isRoot: boolean): Property[] {
    const prefix = isRoot ? '' : `${name}_`;
    const { members, nullable } = shape as ObjectShape;
    return [...members].map(([key, member]): Property => {
      if (key === 'pageInfo') return [`${prefix}next_cursor`, cursor, !optional && !member.optional];
      const schema = this.#value(member.shape, key === 'nodes' ? name : member.name);
      if (key !== 'nodes')
        return [
          `${prefix}${member.name}`,
          described(schema, member.field?.description),
          !optional && !nullable && !member.optional,
        ];
      return [name, described(nullable ? orNull(schema) : schema, field?.description), !optional];
    });
  }

  #value(shape: Shape, member: string): Schema {
    const bare = this.#bare(shape, member);
    return shape.nullable ? orNull(bare) : bare;
  }

  #bare(shape: Shape, member: string): Schema {
    const place: Place = { operation: this.#operation, member };
    if (shape.kind === 'leaf') return leafSchema(shape.type, this.#shared, place);
    if (shape.kind === 'list') return { type: 'array', items: this.#value(shape.item, member) };
    const { type, members, variants } = shape;
    if (isAbstractType(type) && variants.size > 0) return this.#oneOf(shape, place);
    const schema = objectSchema(this.#properties(members, false), type.description);
    return this.#shared.share(type.name, schema, place);
  }

  /** One of several types, discriminated by the type name when it is selected. */
  #oneOf({ type, variants }: ObjectShape, place: Place): Schema {
    const refs = [...variants].map(([name, members]) => {
      const properties = this.#properties(members, false).map(
        ([key, schema, required]): Property => [key, key === TYPE_NAME ? { const: name } : schema, required],
      );
      const { description } = type;
      return [name, this.#shared.share(name, objectSchema(properties, description), place).$ref] as const;
    });
    const isTold = [...variants.values()].every((members) => members.has('__typename'));
    return {
      [isTold ? 'oneOf' : 'anyOf']: refs.map(([, $ref]) => ({ $ref })),
      ...(isTold && { discriminator: { propertyName: TYPE_NAME, mapping: Object.fromEntries(refs) } }),
    };
  }

  /** A blob's data, of whichever type it is. */
  #data(shape: Shape, member: string): Schema {
    if (shape.kind !== 'object') return {};
    const types: ReadonlyMap<string, Members> =
      shape.variants.size > 0 ? shape.variants : new Map([[shape.type.name, shape.members]]);
    const schemas = [...types].map(([name, members]) => this.#dataOf(name, members, member));
    const distinct = new Map(schemas.map((schema) => [JSON.stringify(schema), schema]));
    // A schema without constraints covers all others.
    const any = schemas.find((schema) => Object.keys(schema).every((key) => key === 'description'));
    return any ?? { anyOf: [...distinct.values(), { type: 'null' }] };
  }

  #dataOf(type: string, members: Members, member: string): Schema {
    const properties = this.#properties(members, false);
    const own = properties.find(([name]) => name === 'body') ?? properties.find(([name]) => name === 'data');
    if (own) return own[1];
    const rest = properties.filter(([name]) => !ABOUT_CONTENT.has(name));
    const place = { operation: this.#operation, member };
    return this.#shared.share(`${type}Document`, objectSchema(rest), place);
  }
}

/** Members of a successful answer: where one is null, a problem is answered instead. */
const withoutNull = (members: Members): Members =>
  new Map([...members].map(([key, member]) => [key, present(member)]));

const present = (member: MemberShape): MemberShape => ({
  ...member,
  shape: { ...member.shape, nullable: false },
});
