import { expect, it } from 'vitest';
import { loadConfig } from '../../platform/config.ts';
import { settings } from './settings.ts';

const read = (environment: Record<string, string>) => loadConfig(environment).settings(settings);

it('needs no model server', () => {
  expect(read({})).toEqual({ OPENAI_CONTEXT_TOKENS: 16_384 });
});

it('takes a model server with its model', () => {
  const environment = { OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1', OPENAI_MODEL: 'small' };
  expect(read({ ...environment, OPENAI_CONTEXT_TOKENS: '2048' })).toEqual({
    ...environment,
    OPENAI_CONTEXT_TOKENS: 2_048,
  });
});

it.each([
  [{ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }, 'OPENAI_MODEL: set it beside OPENAI_BASE_URL'],
  [
    { OPENAI_BASE_URL: 'nowhere', OPENAI_MODEL: 'small' },
    'OPENAI_BASE_URL: must be a URL that starts with http:// or https://',
  ],
  [{ OPENAI_CONTEXT_TOKENS: '1000' }, 'OPENAI_CONTEXT_TOKENS: must be a whole number from 1024 to 4000000'],
])('refuses %j by name', (environment, message) => {
  expect(() => read(environment)).toThrow(new RegExp(`^${message}$`));
});
