import { expect, it } from 'vitest';
import { loadConfig } from '../config/config.ts';
import { modelSettings } from './settings.ts';

const read = (environment: Record<string, string>) => loadConfig(environment).settings(modelSettings);

it('needs no model server', () => {
  expect(read({})).toEqual({
    OPENAI_CONTEXT_TOKENS: 4_096,
    OPENAI_CONCURRENCY: 4,
    OPENAI_TIMEOUT_MS: 300_000,
  });
});

it('takes a model server with its model', () => {
  const environment = { OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1', OPENAI_MODEL: 'small' };
  const limits = {
    OPENAI_CONTEXT_TOKENS: '2048',
    OPENAI_MAX_OUTPUT_TOKENS: '512',
    OPENAI_CONCURRENCY: '1',
    USER_TOKENS_A_DAY: '100000',
    OPENAI_TIMEOUT_MS: '60000',
    OPENAI_EXTRA_BODY: '{"temperature":0.7,"options":{"num_ctx":8192}}',
  };
  expect(read({ ...environment, ...limits })).toEqual({
    ...environment,
    OPENAI_CONTEXT_TOKENS: 2_048,
    OPENAI_MAX_OUTPUT_TOKENS: 512,
    OPENAI_CONCURRENCY: 1,
    USER_TOKENS_A_DAY: 100_000,
    OPENAI_TIMEOUT_MS: 60_000,
    OPENAI_EXTRA_BODY: { temperature: 0.7, options: { num_ctx: 8_192 } },
  });
});

it.each<readonly [environment: Record<string, string>, message: string]>([
  [{ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }, 'OPENAI_MODEL: set it beside OPENAI_BASE_URL'],
  [
    { OPENAI_BASE_URL: 'nowhere', OPENAI_MODEL: 'small' },
    'OPENAI_BASE_URL: must be a URL that starts with http:// or https://',
  ],
  ...['sk-1\n', ' sk-1', 'sk 1', 'sk-\u00a01'].map(
    (key) =>
      [
        { OPENAI_API_KEY: key },
        'OPENAI_API_KEY: must be a key without white space: remove the blank or the line end that came with it',
      ] as const,
  ),
  [{ OPENAI_MAX_OUTPUT_TOKENS: '63' }, 'OPENAI_MAX_OUTPUT_TOKENS: must be a whole number from 64 to 1000000'],
  [{ OPENAI_CONCURRENCY: '0' }, 'OPENAI_CONCURRENCY: must be a whole number from 1 to 1000'],
  [{ OPENAI_TIMEOUT_MS: '5s' }, 'OPENAI_TIMEOUT_MS: must be a whole number from 1000 to 3600000'],
  ...['{', '[]', '7', 'null'].map(
    (body) =>
      [
        { OPENAI_EXTRA_BODY: body },
        'OPENAI_EXTRA_BODY: must be an object of JSON, e.g. {"temperature":0.7}',
      ] as const,
  ),
  [
    { OPENAI_EXTRA_BODY: '{"stream":false}' },
    'OPENAI_EXTRA_BODY: must not hold "stream", which the service sets itself',
  ],
  [{ OPENAI_CONTEXT_TOKENS: '1000' }, 'OPENAI_CONTEXT_TOKENS: must be a whole number from 1024 to 4000000'],
])('refuses %j by name', (environment, message) => {
  expect(() => read(environment)).toThrow(expect.objectContaining({ message }));
});
