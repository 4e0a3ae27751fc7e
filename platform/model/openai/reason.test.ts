import { expect, it } from 'vitest';
import { because, reasonOf, withoutSecrets } from './reason.ts';

it.each([
  ['OpenAI', '{"error":{"message":"No such thing.","type":"x","code":null}}', 'No such thing.'],
  ['Ollama', '{"error":"model not loaded"}', 'model not loaded'],
  ['vLLM', '{"object":"error","message":"Bad input","code":400}', 'Bad input'],
  [
    'FastAPI',
    '{"detail":[{"loc":["body","top_k"],"msg":"must be positive"}]}',
    'body.top_k: must be positive',
  ],
  ['Mistral', '{"object":"error","message":{"detail":[{"loc":["body"],"msg":"Extra"}]}}', 'body: Extra'],
  [
    'Mistral’s proxy',
    '{"message":"{\\"detail\\":[{\\"loc\\":[\\"body\\",\\"n\\"],\\"msg\\":\\"Extra\\"}]}","code":"1000"}',
    'body.n: Extra',
  ],
  ['half a body', '{"error":{"mess', ''],
  ['Gemini', '[{"error":{"code":400,"message":"Too\\nlong"}}]', 'Too long'],
  ['plain text', 'upstream is gone', 'upstream is gone'],
  ['HTML', '<html><body>502</body></html>', ''],
  ['nothing', '', ''],
  ['a number', '7', ''],
])('is found in an error of %s', (_, body, sentence) => {
  expect(reasonOf(body).sentence).toBe(sentence);
});

it('is of a length that can be shown, in whole characters', () => {
  const { sentence, details } = reasonOf(JSON.stringify({ error: '🌩'.repeat(5_000) }));
  expect(sentence.length).toBeLessThanOrEqual(300);
  expect(details.length).toBeLessThanOrEqual(4_000);
  expect(sentence.isWellFormed() && details.isWellFormed()).toBe(true);
});

it.each([
  "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
  'Requested tokens (5003) exceed context window of 4096',
  'the request exceeds the available context size, try increasing it',
  '{"error":{"code":"context_length_exceeded","message":"x"}}',
])('is that the context is too short: %s', (body) => {
  expect(reasonOf(body).kind).toBe('context');
});

it.each([
  [
    'The response was filtered due to the prompt triggering Azure OpenAI’s content management policy.',
    'filter',
  ],
  ['{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}', 'quota'],
  ['temperature must be at most 2', 'other'],
])('has a kind: %s', (body, kind) => {
  expect(reasonOf(body).kind).toBe(kind);
});

it.each([
  ['Incorrect API key provided: sk-abc123*****xyz.', 'sk-abc'],
  ['Authorization: Bearer eyJhbGciOi.abc.def is bad', 'eyJ'],
  ['cannot reach http://10.0.0.7:8000/v1 from host', '10.0.0.7'],
  ['connect ECONNREFUSED 127.0.0.1:11434', '127.0.0.1'],
  ['gpu-node-3.internal:8000 failed', 'gpu-node'],
  ['no file /srv/models/secret/weights.gguf', '/srv'],
  ['key my own key is wrong', 'my own key'],
  ['token 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b is wrong', '9f86'],
])('holds no secret: %s', (text, secret) => {
  expect(withoutSecrets(text, 'my own key')).not.toContain(secret);
});

it.each([
  'max_completion_tokens is not supported',
  'model llama3.2:3b of 2024-08-06 is not there, see api_version',
])('keeps what is none: %s', (text) => {
  expect(withoutSecrets(text)).toBe(text);
});

it('ends as a sentence', () => {
  expect(because('It failed', { sentence: 'why' })).toBe('It failed: why.');
  expect(because('It failed', { sentence: 'Why!' })).toBe('It failed: Why!');
  expect(because('It failed', { sentence: '' })).toBe('It failed.');
});
