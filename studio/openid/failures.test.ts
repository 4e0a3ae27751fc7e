import { expect, test } from 'vitest';
import { AWAY, failureBy, SignInFailed } from './failures.ts';
import { isAnswer, pendingOf } from './pending.ts';

const refused = (error: string, error_description?: string) =>
  failureBy(
    Object.assign(new Error('server responded with an error'), { error, error_description, status: 400 }),
  );

test.each([
  ['access_denied', /did not let you in/],
  ['invalid_grant', /used before, or took too long/],
  ['invalid_client', /OIDC_CLIENT_ID/],
  ['invalid_scope', /OIDC_SCOPE/],
  ['something_new', /refused it \(something_new\)/],
])('%s is told in plain words', (error, words) => {
  expect(refused(error).message).toMatch(words);
});

test('what the provider says besides is told, and not endlessly', () => {
  const { message } = refused('access_denied', 'x'.repeat(10_000));
  expect(message).toContain('It says: xxx');
  expect(message.length).toBeLessThan(500);
});

test('that it would have to ask is no failure of a silent sign-in', () => {
  for (const error of ['login_required', 'interaction_required', 'consent_required'])
    expect(refused(error).isSilent).toBe(true);
  expect(refused('access_denied').isSilent).toBe(false);
});

test('a provider that is away may be asked again; one that answers in disorder may not', () => {
  const away = [new TypeError('Failed to fetch'), new DOMException('', 'TimeoutError'), { status: 503 }];
  for (const error of away) expect(failureBy(error)).toMatchObject({ message: AWAY, isPassing: true });
  expect(failureBy({ code: 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED' }).message).toContain(
    'The clock of this device',
  );
  expect(failureBy(new Error('?'))).toMatchObject({ isPassing: false });
  expect(failureBy('?')).toBeInstanceOf(SignInFailed);
});

const pending = { state: 's', nonce: 'n', verifier: 'v', hash: '#/', isSilent: false };

test.each([
  [JSON.stringify(pending), pending],
  [null, undefined],
  ['', undefined],
  ['{', undefined],
  ['{"state":"s"}', undefined],
  ['[]', undefined],
])('a sign-in that is under way is read back from %j', (text, read) => {
  expect(pendingOf(text)).toEqual(read);
});

test.each([
  ['?code=1&state=2', true],
  ['?error=access_denied&state=2', true],
  ['?code=1', false],
  ['?book=my-novel', false],
  ['', false],
])('the address %s is a provider’s answer: %s', (query, is) => {
  expect(isAnswer(new URL(`https://example.com/studio/${query}#/`))).toBe(is);
});
