import type { ExpandedTextV1_2_0_0, ExpandedTextV1_2_1_0 } from '../../types.generated.ts';

/** Before sections could be kept, all were expanded. What takes further members may have these already. */
export default ({ sections, ...data }: ExpandedTextV1_2_0_0): ExpandedTextV1_2_1_0 => ({
  ...data,
  sections: sections.map((section) => ({ kept: false, why: null, ...section })),
});
