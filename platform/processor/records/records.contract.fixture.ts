import { randomUUID } from 'node:crypto';
import type { NewRecord } from './record.ts';
import type { Records, RecordsDefinition } from './records.ts';

/** A change to a sample's members, and what is read of it; `refused`: nothing, for it cannot be stored. */
export interface Variant {
  readonly name: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly beside?: Readonly<Record<string, unknown>>;
  /** Default: as given. A member that is undefined is absent. */
  readonly read?: Readonly<Record<string, unknown>> | 'refused';
}

/** A processor's records in one store, and what its blobs hold. */
export interface RecordsFixture {
  readonly definition: RecordsDefinition;
  /** Changes to a sample that any store must give back as they say. */
  readonly variants?: readonly Variant[];
  /** `data` and what stands beside it of one blob; `version` sets it apart from the others. */
  sample(version: number): Pick<NewRecord, 'data' | 'beside' | 'objects'>;
  /** An empty store. */
  open(): Promise<{ readonly records: Records; close(): Promise<void> }>;
}

export const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

let serial = 0;
/** Each test has a user of its own, so that none sees another's records. */
export const newUser = () => `user|${++serial}@example.com`;

/** A record to be stored. */
export function newRecord(
  userId: string,
  { data, beside, objects }: Pick<NewRecord, 'data' | 'beside' | 'objects'>,
  over: Partial<NewRecord> = {},
): NewRecord {
  return {
    id: randomUUID(),
    userId,
    sourceIds: ['a-draft', 'another'],
    generation: 2,
    processorVersion: '1.2',
    schemaVersion: '1.0.0',
    contentHash: 'c'.repeat(64),
    sizeBytes: 3_000_000_000,
    processingTimeMs: 1_234,
    createdAt: at(0),
    data,
    beside,
    ...(objects ? { objects } : {}),
    onDemand: false,
    inputHash: null,
    command: null,
    registerAt: at(5),
    describe: () => ({ title: 'Zwölf 🥊', preview: 'Zwölf Boxkämpfer 🥊 שלום' }),
    ...over,
  };
}
