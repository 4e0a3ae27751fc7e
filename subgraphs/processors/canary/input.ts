import { z } from 'zod';
import { defined } from '../../../platform/collections/defined.ts';
import { label, parseInput } from '../../../platform/input/label.ts';
import { textLimits } from '../../../platform/input/limits.ts';
import type { Portion } from './decide.ts';

const MAX_USERS = 1_000;
const SHARE = 'must be a number from 0 to 1, e.g. 0.1';

const share = z.number(SHARE).min(0, SHARE).max(1, SHARE);
const users = z
  .array(label(textLimits.id), 'must be a list of users’ ids')
  .max(MAX_USERS, `must have at most ${MAX_USERS} users`)
  .transform((ids) => [...new Set(ids)]);

const portionSchema = z.object({ share: share.nullish(), users: users.nullish() });
const versionSchema = z.object({ version: label(64) });

/** A candidate's portion, as an operator or a process that registers itself gives it; members that are not given are left out. @throws InputErrors VALIDATION_FAILED */
export function parsePortion(given: { share?: unknown; users?: unknown }): Partial<Portion> {
  const { share, users } = parseInput(portionSchema, { share: given.share, users: given.users });
  return defined({ share: share ?? undefined, user_ids: users ?? undefined });
}

/** @throws InputErrors VALIDATION_FAILED */
export const parseVersion = (version: unknown): string => parseInput(versionSchema, { version }).version;
