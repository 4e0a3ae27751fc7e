import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.3"
  import: ["@key", "@external", "@provides", "@requires", "@shareable"]
)
`;

const sdl: Readonly<Record<string, string>> = {
  accounts: `${LINK}
    type Query { users: [User!]! }
    type User @key(fields: "id") { id: ID! name: String! username: String! @shareable }`,
  products: `${LINK}
    type Query { topProducts(first: Int! = 5): [Product!]! }
    type Product @key(fields: "upc") { upc: ID! name: String! price: Int! weight: Int! }`,
  reviews: `${LINK}
    type Review { id: ID! body: String! author: User! @provides(fields: "username") product: Product! }
    type User @key(fields: "id") { id: ID! username: String! @external reviews: [Review!]! }
    type Product @key(fields: "upc") { upc: ID! reviews: [Review!]! }`,
  inventory: `${LINK}
    type Product @key(fields: "upc") {
      upc: ID!
      price: Int! @external
      weight: Int! @external
      inStock: Boolean!
      shippingEstimate: Int! @requires(fields: "price weight")
    }`,
};

/** Composes the shop's supergraph. @throws Error when it does not compose */
export function composeShop(): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(sdl).map(([name, text]) => ({
      name,
      url: `http://${name}.invalid`,
      typeDefs: parse(text),
    })),
  );
  if (!supergraphSdl) throw new Error(`The shop does not compose: ${errors?.join('\n')}`);
  return supergraphSdl;
}
