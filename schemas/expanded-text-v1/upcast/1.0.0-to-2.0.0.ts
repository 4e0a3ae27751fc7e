import type { ExpandedTextV1_1_0_0, ExpandedTextV1_2_0_0 } from '../../types.generated.ts';

/** The middle of each word's range. */
const complexities: Readonly<Record<string, number>> = { simple: 0.2, moderate: 0.5, complex: 0.8 };
const UNKNOWN = 0.5;

/** The complexity was a word, and is a number. */
export default ({ style_analysis, ...data }: ExpandedTextV1_1_0_0): ExpandedTextV1_2_0_0 => ({
  ...data,
  style_analysis: { ...style_analysis, complexity: complexities[style_analysis.complexity] ?? UNKNOWN },
});
