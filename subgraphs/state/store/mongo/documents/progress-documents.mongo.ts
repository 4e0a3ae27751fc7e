import type { ReprocessingDetails } from '../../walks.ts';

/** A position in the index of all users. */
export interface EntryPlaceDocument {
  user_id: string;
  id: string;
}

export interface WalkDocument {
  /** The processor. */
  _id: string;
  /** The members up to `lease` are as of `IndexWalk`. */
  since: Date | null;
  requested_by: string;
  started_at: Date;
  finished_at: Date | null;
  scanned: number;
  planned: number;
  finished_runs: number;
  obstacle: string | null;
  after: EntryPlaceDocument | null;
  batch: (EntryPlaceDocument & { generation?: number })[];
  /** As of `IndexWalk`; absent in walks of releases before. */
  details?: ReprocessingDetails | null;
  /** JSON; absent in walks from before there were notes. */
  notes?: string | null;
  lease: number;
  /** Absent once it is finished. */
  due_at?: Date;
}

export interface ErasureDocument {
  /** The user. */
  _id: string;
  requested_by: string;
  started_at: Date;
  finished_at: Date | null;
  stores: { processor_id: string; erased_at: string }[];
  /** Absent in erasures from before processors could be retired. */
  gone_stores?: { processor_id: string; retired_at: string }[];
  obstacle: string | null;
  /** Absent once it is finished. */
  due_at?: Date;
}

export interface UpkeepDocument {
  /** The migration's name. */
  _id: string;
  done_at: Date;
}

export interface ReemissionDocument {
  /** Always `log`. */
  _id: string;
  epoch: string;
  after: { user_id: string; id: string } | null;
  done: boolean;
}
