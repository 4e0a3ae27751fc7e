import type { StubGraph, StubObject, StubSubgraph } from './graph.ts';

/**
 * A shop with cyclic relations between users, reviews and products: a deep operation reaches the same few entities by
 * a hundred paths.
 */

const USERS = ['Ada Marlow', 'Bela Toth', 'Cleo Anders', 'Dev Patel'];
const PRODUCTS = ['Lamp', 'Kettle', 'Desk', 'Chair', 'Shelf', 'Clock'];
/** Author and product of each review. */
const REVIEWS = [
  [0, 0],
  [0, 1],
  [0, 2],
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
  [1, 2],
  [1, 2],
] as const;

const user = (index: number): StubObject => ({
  __typename: 'User',
  id: `u${index}`,
  name: USERS[index] ?? '',
  username: `@${(USERS[index] ?? '').toLowerCase().replace(' ', '.')}`,
  reviews: () => reviewsBy(([author]) => author === index),
});

const price = (index: number): number => 900 + index * 350;
const weight = (index: number): number => 100 + index * 250;

const product = (index: number): StubObject => ({
  __typename: 'Product',
  upc: `p${index}`,
  name: `${PRODUCTS[index]}, of oak and brass, made to order in one of four colours`,
  price: price(index),
  weight: weight(index),
  reviews: () => reviewsBy(([, of]) => of === index),
});

const reviewsBy = (belongs: (review: (typeof REVIEWS)[number]) => boolean): StubObject[] =>
  REVIEWS.flatMap((review, index) =>
    belongs(review)
      ? [
          {
            __typename: 'Review',
            id: `r${index}`,
            body: `Review ${index}: it came on the day that they had said, it looks as it does in the pictures, and nothing was missing. The instructions could be longer; whoever has put one of these together before needs none, and everybody else should read them twice before they start.`,
            author: () => user(review[0]),
            product: () => product(review[1]),
          },
        ]
      : [],
  );

type Representation = Readonly<Record<string, unknown>>;

const indexIn = (id: unknown): number => Number(String(id).slice(1));

function entity({ __typename: type, id, upc }: Representation): StubObject {
  return type === 'User' ? user(indexIn(id)) : product(indexIn(upc));
}

/** A value that is missing from the representation becomes `null`, and gateways differ. */
const stock = ({ upc, price: costs, weight: weighs }: Representation): StubObject => ({
  __typename: 'Product',
  upc: String(upc),
  inStock: indexIn(upc) % 2 === 0,
  shippingEstimate: Number(costs) > 1_000 ? 0 : Math.round(Number(weighs) / 2),
});

const subgraphs: readonly StubSubgraph[] = [
  { name: 'accounts', query: { users: USERS.map((_, index) => user(index)) }, entity },
  {
    name: 'products',
    query: { topProducts: ({ first }) => PRODUCTS.map((_, index) => product(index)).slice(0, Number(first)) },
    entity,
  },
  { name: 'reviews', query: {}, entity },
  { name: 'inventory', query: {}, entity: stock },
];

export const shopGraph: StubGraph = { subgraphs, interfaces: {} };

export const DEEP = /* GraphQL */ `
  fragment User on User { id username name }
  fragment Review on Review { id body }
  fragment Product on Product { inStock name price shippingEstimate upc weight }
  query Deep {
    users {
      ...User
      reviews {
        ...Review
        product {
          ...Product
          reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
        }
      }
    }
    topProducts(first: 4) {
      ...Product
      reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }
    }
  }
`;
