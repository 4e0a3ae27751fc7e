import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './graphql.generated.ts';

/** Types documents as they are written, without a step in between. */
export const graphql = initGraphQLTada<{
  introspection: typeof introspection;
  disableMasking: true;
  scalars: { DateTime: string; JSON: unknown; BigInt: number };
}>();
