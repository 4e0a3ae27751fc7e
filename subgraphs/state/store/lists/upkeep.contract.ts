import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SqlDatabase, SqlServer } from '../../../../platform/sql/database.ts';
import { silentLogger } from '../../../../platform/testing/service.ts';
