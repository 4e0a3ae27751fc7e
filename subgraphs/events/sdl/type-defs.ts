import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { projectFile } from '../../../platform/process/paths.ts';

/** The subgraph's own SDL. */
export const typeDefs = parse(readFileSync(projectFile('subgraphs/events/schema.graphql'), 'utf8'));
