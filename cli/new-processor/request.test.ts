import { expect, it } from 'vitest';
import { complete } from './request.ts';

/** Someone at a terminal who gives these answers, and the questions that they were asked. */
function person(...answers: string[]) {
  const questions: string[] = [];
  const ask = async (question: string) => {
    questions.push(question);
    return answers.shift() ?? '';
  };
  return { ask, questions };
}

it('asks for all that is missing', async () => {
  const { ask, questions } = person(
    ' word-cloud ',
    '',
    'blob.created:note-v1  blob.created:message-v1',
    'mongodb',
  );
  expect(await complete({}, ask)).toEqual({
    id: 'word-cloud',
    type: 'WordCloud',
    takes: ['blob.created:note-v1', 'blob.created:message-v1'],
    store: 'mongodb',
  });
  expect(questions).toEqual([
    expect.stringMatching(/^Id/),
    'GraphQL type [WordCloud]: ',
    expect.stringMatching(/^Takes/),
    expect.stringMatching(/\[postgresql\]: $/),
  ]);
});

it('asks for nothing that was given', async () => {
  const { ask, questions } = person('');
  const given = { id: 'echo', type: 'Echo', takes: ['blob.created:note-v1'] };
  expect(await complete(given, ask)).toEqual({ ...given, store: 'postgresql' });
  expect(questions).toHaveLength(1);
});

it('names what is missing where there is nobody to ask', async () => {
  await expect(complete({ type: 'Echo' })).rejects.toThrow('Missing: --id, --takes, --store.');
});
