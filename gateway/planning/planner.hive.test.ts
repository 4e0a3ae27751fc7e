import { plannerContract } from './planner.contract.ts';
import { openHivePlanner } from './planner.hive.ts';

plannerContract('Hive', openHivePlanner);
