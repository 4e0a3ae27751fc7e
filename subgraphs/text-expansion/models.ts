import type { Viewer } from '../../platform/identity/service-tokens.ts';
import type { Loaders } from './loaders.ts';

/** What the resolvers of one request share. */
export interface Context {
  readonly viewer: Viewer;
  readonly loaders: Loaders;
}

/** An expansion by its key: what is asked of it is read in one query a batch, its texts only where asked for. */
export interface ExpandedTextModel {
  readonly id: string;
}

/** The same, where its data is asked for. */
export type ExpandedTextDataModel = ExpandedTextModel;

/** One section of an expansion. */
export interface ExpandedSectionModel {
  readonly blobId: string;
  readonly index: number;
  readonly title: string | null;
  readonly originalStart: number;
  readonly originalLength: number;
  readonly expandedStart: number;
  readonly expandedLength: number;
}
