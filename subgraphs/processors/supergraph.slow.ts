import { openTemporaryPglite } from '../../platform/testing/pglite.ts';
import { supergraphContract } from './supergraph.contract.ts';

supergraphContract('embedded PostgreSQL', openTemporaryPglite);
