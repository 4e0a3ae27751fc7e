import type { RecordsFixture } from '../../platform/processor/records/records.contract.fixture.ts';
import type { PitchData } from './pitch/pitch.ts';
import processor from './processor.ts';

const data = (time: number): PitchData => ({
  subject_kind: 'BOOK',
  subject_id: time === 1 ? 'my-novel' : `book-${time}`,
  title: 'Zwölf Boxkämpfer 🥊',
  author: 'Viktor שלום',
  language: 'de',
  logline: `Zwölf Boxkämpfer jagen Viktor zum ${time}. Mal quer über den großen Sylter Deich.`,
  synopsis: { short: 'Kurz.', medium: 'Mittel.', long: 'Lang.\n\nUnd länger.' },
  audience: 'Alle.',
  themes: [{ name: 'Sport', description: null }],
  characters: [{ name: 'Viktor', description: 'Er läuft.' }],
  selling_points: ['Er läuft schnell.'],
  comparable_titles: [{ title: 'Moby-Dick', author: 'Herman Melville', reason: null }],
  word_count: 104_659,
  reading_level: null,
  caveats: ['Nichts.'],
});

export const pitches: Omit<RecordsFixture, 'open'> = {
  definition: processor.records,
  sample: (version) => ({
    data: { ...data(version) },
    beside: { model_used: 'a-model', tokens_used: 3_000_000 },
  }),
};
