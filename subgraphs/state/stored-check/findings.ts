import { z } from 'zod';
import type { BrokenRule } from '../../../platform/json-schema/validator.ts';

/** Rules that are told apart, and blobs that are named for each. */
const MAX_RULES = 100;
const MAX_IDS = 10;

const brokenRule = z.object({
  pointer: z.string(),
  keyword: z.string(),
  count: z.int(),
  blobIds: z.array(z.string()),
});

const findings = z.object({
  checked: z.int(),
  failed: z.int(),
  unreadable: z.int(),
  rules: z.array(brokenRule),
});

/** Findings in stored documents, with nothing of their content. */
export type Findings = z.infer<typeof findings>;

/** The version that a check is for. */
const target = z.object({
  schemaId: z.string(),
  /** The registered version; null for a definition that is not registered. */
  schemaVersion: z.string().nullable(),
  definition: z.record(z.string(), z.unknown()),
  /** Whether documents are read as this version first, by upcasters. */
  upcast: z.boolean(),
});

export type CheckTarget = z.infer<typeof target>;

/** The notes of a walk that checks stored documents. */
export const checkNotes = z.object({ target, findings });
export type CheckNotes = z.infer<typeof checkNotes>;

export const NOTHING_FOUND: Findings = { checked: 0, failed: 0, unreadable: 0, rules: [] };

/** A document that was looked at; null: it could not be read. */
export interface Checked {
  readonly blobId: string;
  readonly broken: readonly BrokenRule[] | null;
}

function withRule(rules: Findings['rules'], { pointer, keyword }: BrokenRule, blobId: string) {
  const known = rules.find((rule) => rule.pointer === pointer && rule.keyword === keyword);
  if (!known) {
    return rules.length < MAX_RULES ? [...rules, { pointer, keyword, count: 1, blobIds: [blobId] }] : rules;
  }
  const blobIds = known.blobIds.length < MAX_IDS ? [...known.blobIds, blobId] : known.blobIds;
  return rules.map((rule) => (rule === known ? { ...known, count: known.count + 1, blobIds } : rule));
}

function withOne(found: Findings, { blobId, broken }: Checked): Findings {
  if (broken === null) return { ...found, unreadable: found.unreadable + 1 };
  let { rules } = found;
  for (const rule of broken) rules = withRule(rules, rule, blobId);
  const failed = found.failed + (broken.length > 0 ? 1 : 0);
  return { ...found, checked: found.checked + 1, failed, rules };
}

/** The findings with those of further documents. */
export function withChecked(before: Findings, documents: readonly Checked[]): Findings {
  let found = before;
  for (const document of documents) found = withOne(found, document);
  return found;
}
