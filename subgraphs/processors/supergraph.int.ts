import { openTemporaryPostgres } from '../../platform/testing/postgres.ts';
import { supergraphContract } from './supergraph.contract.ts';

supergraphContract('PostgreSQL', async () => openTemporaryPostgres());
