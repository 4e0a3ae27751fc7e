import { expect, test } from 'vitest';
import type { WrittenText } from '../../../platform/events/written.ts';
import { SectionText } from './section-text.ts';

function setUp() {
  const told: WrittenText[] = [];
  const section = new SectionText({ section: 1, sections: 2, title: 'Two' }, (text) => told.push(text));
  const short = () => told.map(({ offset, added }) => [offset, added]);
  return { section, told, short };
}

test('tells what is written, and in the end only what differs', () => {
  const { section, told, short } = setUp();
  section.write(0, 'The rain fel');
  section.write(12, 'l, it did');
  section.settle('The rain fell on the town.');
  expect(short()).toEqual([
    [0, 'The rain fel'],
    [12, 'l, it did'],
    [13, ' on the town.'],
  ]);
  expect(told[0]).toMatchObject({ section: 1, sections: 2, title: 'Two' });
});

test('tells nothing of a text that stands, and that one is shorter or was never told', () => {
  const { section, short } = setUp();
  section.settle('');
  section.settle('All of it');
  section.settle('All of it');
  section.settle('All');
  expect(short()).toEqual([
    [0, 'All of it'],
    [3, ''],
  ]);
});

test('text that begins anew takes the place of what was there', () => {
  const { section, short } = setUp();
  section.write(0, 'First try');
  section.write(0, 'Second');
  section.settle('Second');
  expect(short()).toEqual([
    [0, 'First try'],
    [0, 'Second'],
  ]);
});
