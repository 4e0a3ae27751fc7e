import { describe, expect, it } from 'vitest';
import { type CanaryDocument, placeOf, roleOf, takenVersionsOf, versionFor, versionsFor } from './canary.ts';

const canary = (over: Partial<CanaryDocument> = {}): CanaryDocument => ({
  version: '2',
  base_url: 'http://127.0.0.1:2',
  share: 0.25,
  user_ids: ['olga'],
  since: '2026-01-01T00:00:00.000Z',
  takes: { 'blob.created': ['text-input-v1'] },
  takes_versions: {},
  max_concurrency: 4,
  timeout_seconds: 60,
  ...over,
});
const blob = (id: string, userId = 'alice', schemaId = 'text-input-v1') => ({
  ...{ id, userId, schemaId, schemaVersion: '1.1.0' },
});
const ids = Array.from({ length: 10_000 }, (_, n) => `blob-${n}`);
const taken = (of: CanaryDocument) =>
  ids.filter((id) => versionFor({ id: 'p', canary: of }, 'blob.created', blob(id)) !== undefined);

describe('a candidate', () => {
  it('takes its share of blobs, the same ones whenever it is asked', () => {
    const some = taken(canary());
    expect(some.length).toBeGreaterThan(2_300);
    expect(some.length).toBeLessThan(2_700);
    expect(taken(canary())).toEqual(some);
    expect(taken(canary({ share: 0 }))).toEqual([]);
    expect(taken(canary({ share: 1 }))).toEqual(ids);
  });

  it('with a larger share takes those that it took before, and others', () => {
    const more = new Set(taken(canary({ share: 0.5 })));
    expect(taken(canary()).every((id) => more.has(id))).toBe(true);
  });

  it('takes other blobs than another version, or another processor’s candidate', () => {
    const places = ['2', '3'].map((version) => ids.map((id) => placeOf(id, 'p', version)));
    expect(places[0]).not.toEqual(places[1]);
    expect(placeOf('a', 'p', '2')).not.toBe(placeOf('a', 'q', '2'));
    // The members are told apart.
    expect(placeOf('a', 'p', '2')).not.toBe(placeOf('a","p', '', '2'));
    expect(places.flat().every((place) => place >= 0 && place < 1)).toBe(true);
  });

  it('takes all blobs of users that are named, of the schemas and events that it takes', () => {
    const of = (one: ReturnType<typeof blob>, event = 'blob.created') =>
      versionFor({ id: 'p', canary: canary({ share: 0 }) }, event, one);
    expect(of(blob('a', 'olga'))).toBe('2');
    expect(of(blob('a'))).toBeUndefined();
    expect(of(blob('a', 'olga', 'note-v1'))).toBeUndefined();
    expect(of(blob('a', 'olga'), 'blob.indexed')).toBeUndefined();
    expect(versionFor({ id: 'p', canary: null }, 'blob.created', blob('a', 'olga'))).toBeUndefined();
    const two = [
      { id: 'p', canary: canary() },
      { id: 'q', canary: null },
    ];
    expect(versionsFor(two, 'blob.created', blob('a', 'olga'))).toEqual({ p: '2' });
  });
});

it('a candidate takes versions of schemas by its own ranges, the present version by its own', () => {
  const of = (range: string) =>
    versionFor(
      { id: 'p', canary: canary({ share: 1, takes_versions: { 'text-input-v1': range } }) },
      'blob.created',
      blob('a'),
    );
  expect(['^1.1.0', '^2.0.0', '<1.1.0'].map(of)).toEqual(['2', '2', undefined]);
  const beside = { takes_versions: { a: '^1.0.0' }, canary: canary({ takes_versions: { a: '^2.0.0' } }) };
  expect(takenVersionsOf(beside, '2')).toEqual({ a: '^2.0.0' });
  for (const other of ['1', undefined]) expect(takenVersionsOf(beside, other)).toEqual({ a: '^1.0.0' });
  expect(takenVersionsOf({ ...beside, canary: null }, undefined)).toEqual({ a: '^1.0.0' });
});

it('what a version works on is its role; one that is not named works as the present one', () => {
  const resting = { base_url: 'http://127.0.0.1:1', since: '2026-01-01T00:00:00.000Z' };
  const processor = {
    version: '1',
    canary: canary(),
    resting: [
      { ...resting, version: '0', why: 'superseded' as const },
      { ...resting, version: '1.5', why: 'withdrawn' as const },
    ],
  };
  const roles = ['1', '2', '0', '1.5', '7'].map((version) => roleOf(processor, version));
  expect(roles).toEqual(['present', 'candidate', 'superseded', 'withdrawn', 'present']);
});
