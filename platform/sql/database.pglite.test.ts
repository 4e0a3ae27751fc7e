import { sqlContract } from './database.contract.ts';
import { openPglite } from './database.pglite.ts';

sqlContract('PGlite', () => openPglite());
