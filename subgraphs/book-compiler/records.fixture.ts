import type { RecordsFixture } from '../../platform/processor/records/records.contract.fixture.ts';
import processor from './processor.ts';

const chapters = [
  {
    chapter_num: 7,
    position: 1,
    number: null,
    title: 'Eins',
    draft_blob_id: 'draft-1',
    expanded_blob_id: null,
    compiled_text: 'Größe 🦉',
    word_count: 1,
    character_count: 7,
  },
  {
    chapter_num: 2,
    position: 2,
    number: 7,
    title: 'Zwei',
    draft_blob_id: 'draft-2',
    expanded_blob_id: 'expansion-2',
    compiled_text: 'x'.repeat(5_000),
    word_count: 4_004,
    character_count: 19_993,
  },
];

export const compiledBooks: Omit<RecordsFixture, 'open'> = {
  definition: processor.records,
  sample: (version) => ({
    data: {
      book_id: version === 1 ? 'my-novel' : `book-${version}`,
      full_text: `# Größe 🦉\n\n${'Ein Wort und noch eins. '.repeat(200)}`,
      word_count: 4_005,
      character_count: 20_000,
      language: 'de',
      subtitle: 'Zwei',
      author: 'É. Ñandú',
      rights: '© 2026',
      cover_blob_id: 'cover-1',
      chapter_count: 2,
      compile_config: { use_expanded: true, title: null, author: 'É. Ñandú' },
    },
    beside: { chapters },
  }),
};
