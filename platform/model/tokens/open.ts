import type { OpenDependencies } from '../../processor/kit/open.ts';
import { createTokenBound, type TokenBound, unbounded } from './bound.ts';
import { createMongoTokenUses } from './uses.mongo.ts';
import { createPostgresTokenUses } from './uses.postgres.ts';

/**
 * The bound of a processor's tokens by `USER_TOKENS_A_DAY`, kept in its own database. What was counted while there was a
 * limit is forgotten with its user, also when there is none any more. `what`: as of {@link createTokenBound}.
 */
export function openTokenBound(
  {
    settings,
    database: own,
    clock,
    logger,
  }: OpenDependencies<{ readonly USER_TOKENS_A_DAY?: number | undefined }>,
  what?: string,
): TokenBound {
  const uses =
    own.kind === 'mongodb' ? createMongoTokenUses(own.database) : createPostgresTokenUses(own.database);
  const { USER_TOKENS_A_DAY: limit } = settings;
  if (limit === undefined) return { ...unbounded, eraseUser: (userId) => uses.eraseUser(userId) };
  return createTokenBound({ uses, limit, clock, logger, ...(what === undefined ? {} : { what }) });
}
