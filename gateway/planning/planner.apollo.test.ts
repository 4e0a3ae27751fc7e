import { openApolloPlanner } from './planner.apollo.ts';
import { plannerContract } from './planner.contract.ts';

plannerContract('Apollo', openApolloPlanner);
