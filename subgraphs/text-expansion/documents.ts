import type { DerivedRecord } from '../../platform/processing/store.ts';
import type { Section } from './model/model.ts';
import type { StyleAnalysis } from './style/analyse.ts';

/** An expansion, without its texts. */
export interface ExpandedTextSummary extends DerivedRecord {
  readonly title: string;
  /** Length of the expanded text over that of the original, in UTF-16 units, not rounded. */
  readonly expansionRatio: number;
  /** Of the original. */
  readonly styleAnalysis: StyleAnalysis;
  /** They tile both texts; their own texts are cut from there. */
  readonly sections: readonly Section[];
  readonly processingTimeMs: number;
  readonly modelUsed: string;
  readonly tokensUsed: number;
  readonly createdAt: Date;
  /** SHA-256 of the content, in hex. */
  readonly contentHash: string;
  /** UTF-8 bytes of both texts. */
  readonly sizeBytes: number;
}

/** An expansion as it is stored. Never changes but for what the index knows of it. */
export interface ExpandedTextRecord extends ExpandedTextSummary {
  readonly original: string;
  readonly expanded: string;
}
