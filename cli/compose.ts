import { exitWith, UsageError } from '../platform/process/exit.ts';

const USAGE = `npm run --silent compose -- FILE > supergraph.graphql
  FILE names processors from outside, as supergraph.yaml names our own:
    subgraphs:
      word-count:
        routing_url: http://word-count.internal:9000/graphql
        schema: { file: word-count.graphql }
  What is printed is the graph with them: start the gateway and state with SUPERGRAPH_FILE=supergraph.graphql.`;

try {
  const [file, ...others] = process.argv.slice(2);
  if (file === undefined || others.length > 0) throw new UsageError(USAGE);
  // Composition takes a second to load: usage errors are reported before.
  const { composeOutside, readOutside } = await import('../codegen/outside.ts');
  process.stdout.write(composeOutside(readOutside(file)));
} catch (error) {
  exitWith(error);
}
