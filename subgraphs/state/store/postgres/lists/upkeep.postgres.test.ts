import { openTemporaryPglite } from '../../../../../platform/testing/pglite.ts';
import { upkeepContract } from './upkeep.postgres.contract.ts';

upkeepContract(openTemporaryPglite);
