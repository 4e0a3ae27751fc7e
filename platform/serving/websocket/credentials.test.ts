import { expect, test } from 'vitest';
import { credentialsOf } from './credentials.ts';

const token = 'e30.e30.c2ln';
const bearer = `Bearer ${token}`;

test.each([
  ['graphql-ws, Altair, GraphiQL', { Authorization: bearer }],
  ['the same in lower case', { authorization: bearer }],
  ['in upper case', { AUTHORIZATION: bearer }],
  ['without a scheme', { Authorization: token }],
  ['another way to write the scheme', { authorization: `bearer   ${token} ` }],
  ['Hasura’s and Apollo’s clients', { headers: { Authorization: bearer } }],
  ['the same in lower case', { headers: { authorization: token, 'x-role': 'user' } }],
  ['Apollo’s and Relay’s documentation', { authToken: token }],
  ['graphql-ws’s recipes', { token }],
  ['accessToken', { accessToken: bearer }],
  ['one at several places', { Authorization: bearer, headers: { authorization: token }, authToken: token }],
  [
    'one beside empty ones',
    { Authorization: '', authToken: null, token: undefined, headers: { authorization: bearer } },
  ],
  ['one beside other members', { authorization: bearer, headers: 'x', client: { token: 'y' }, name: 'z' }],
])('takes a token as %s sends it', (_, payload) => {
  expect(credentialsOf({}, payload)['authorization']).toBe(bearer);
});

test.each([
  [undefined],
  [{}],
  [{ Authorization: '' }],
  [{ Authorization: 'Bearer ' }],
  [{ Authorization: 'Bearer' }],
  [{ authorization: null }],
  [{ headers: null }],
  [{ headers: [bearer] }],
  [{ headers: { cookie: bearer } }],
])('finds none in %j, and takes the upgrade’s', (payload) => {
  expect(credentialsOf({}, payload)['authorization']).toBeUndefined();
  expect(credentialsOf({ authorization: bearer }, payload)['authorization']).toBe(bearer);
});

test('takes that of the payload before that of the upgrade, and keeps all else', () => {
  const headers = { authorization: 'Bearer other', host: 'h', token: 'no credential here' };
  expect(credentialsOf(headers, { Name: 'alice', Authorization: token })).toEqual({
    authorization: bearer,
    host: 'h',
    token: 'no credential here',
    name: 'alice',
  });
  expect(credentialsOf({ token: 'x', authtoken: 'y' })['authorization']).toBeUndefined();
});

test.each([
  [{ Authorization: bearer, authorization: 'Bearer other' }, '`Authorization` and `authorization`'],
  [
    { Authorization: bearer, headers: { authorization: 'other' } },
    '`Authorization` and `headers.authorization`',
  ],
  [
    { headers: { Authorization: bearer, authorization: 'other' } },
    '`headers.Authorization` and `headers.authorization`',
  ],
  [{ authToken: token, token: 'other' }, '`authToken` and `token`'],
])('refuses different ones by name: %j', (payload, places) => {
  expect(() => credentialsOf({}, payload)).toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(places) }),
  );
});

test.each([
  [{ authorization: [bearer] }, '`authorization`'],
  [{ Authorization: { bearer: token } }, '`Authorization`'],
  [{ headers: { authorization: 7 } }, '`headers.authorization`'],
  [JSON.parse('{"__proto__":{"authorization":"x"},"token":true}'), '`token`'],
])('refuses what is no text by name: %j', (payload, place) => {
  expect(() => credentialsOf({}, payload)).toThrow(
    expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(place) }),
  );
});
