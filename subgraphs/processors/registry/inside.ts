import type { Caller } from '../../../platform/identity/service/caller.ts';
import { isOperator } from '../../../platform/identity/users/scopes.ts';

/** Whether a caller is told what stands inside, such as addresses: operators are, and services without a user. */
export const maySeeInside = ({ viewer }: Caller): boolean => viewer === null || isOperator(viewer);
