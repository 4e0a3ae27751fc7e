import type { RecordsFixture } from '../../platform/processor/records/records.contract.fixture.ts';
import processor from './processor.ts';
import type { ExpandedTextData } from './run.ts';

const data: ExpandedTextData = {
  original: '# Eins\nZwölf Boxkämpfer 🥊 שלום',
  expanded: '# Eins\nZwölf Boxkämpfer 🥊 שלום jagen Viktor quer über den großen Sylter Deich.',
  expansion_ratio: 79 / 31,
  style_analysis: {
    tone: 'neutral',
    complexity: 0.25,
    readability_score: -12.345,
    vocabulary_level: 'basic',
  },
  sections: [
    {
      index: 0,
      title: null,
      original_start: 0,
      original_length: 7,
      expanded_start: 0,
      expanded_length: 7,
      kept: true,
      why: 'It holds no prose to expand.',
    },
    {
      index: 1,
      title: 'Eins',
      original_start: 7,
      original_length: 24,
      expanded_start: 7,
      expanded_length: 72,
      kept: false,
      why: null,
    },
  ],
};

export const expandedTexts: Omit<RecordsFixture, 'open'> = {
  definition: processor.records,
  sample: () => ({ data: { ...data }, beside: { model_used: 'a-model', tokens_used: 3_000_000_000 } }),
};
