import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { type GraphQLSchema, getOperationAST, getVariableValues, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import { storySteps } from './routes.ts';
import { missing, type StoryStep } from './story.ts';

const sdl = readFileSync(projectFile('gateway', 'supergraph.graphql'), 'utf8');
const schema: GraphQLSchema = Supergraph.build(sdl).apiSchema().toGraphQLJSSchema({ includeDefer: true });

type Example = Pick<StoryStep, 'name' | 'query' | 'variables'>;

/** Messages about an operation's mistakes; empty when it is valid. */
function mistakes({ name, query, variables }: Example): string[] {
  const document = parse(query);
  const operation = getOperationAST(document, name);
  if (!operation) return [`has no operation ${name}`];
  const invalid = validate(schema, document);
  if (invalid.length > 0) return invalid.map(({ message }) => message);
  const { errors = [] } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return errors.map(({ message }) => message);
}

const steps = await storySteps();

test.each(steps)('$name is valid, and says what it is for', (step) => {
  expect(mistakes(step)).toEqual([]);
  expect(step.sentences).toMatch(/^[A-Z].{20,240}\.$/);
});

test.each(steps)('what $name needs comes of steps before it', (step) => {
  const before = steps.slice(0, steps.indexOf(step)).map(({ name }) => name);
  expect(before).toEqual(expect.arrayContaining(missing(step, { run: '1' })));
});

test('no variables are of a step that there is not', async () => {
  const given = JSON.parse(
    readFileSync(projectFile('gateway', 'graphiql', 'examples', 'variables.json'), 'utf8'),
  );
  expect(steps.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(given)));
});

test('mistakes are found', () => {
  expect(mistakes({ name: 'Q', query: 'query Q { blobs { noSuchField } }', variables: {} })[0]).toContain(
    'noSuchField',
  );
  const query = 'mutation M($input: CreateBlobInput!) { createBlob(input: $input) { blob { id } } }';
  expect(mistakes({ name: 'M', query, variables: { input: { type: 'note' } } })[0]).toContain('schemaId');
});
