import { records as define } from '../records.ts';

/** Records that carry the words of a text as tags. */
export const tagged = define('taggeds', {
  store: 'redis',
  rebuildable: true,
  tags: ({ data }) =>
    String(data['words'] ?? '')
      .split(' ')
      .filter((word) => word !== ''),
});
