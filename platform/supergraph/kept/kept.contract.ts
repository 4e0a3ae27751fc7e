import { expect, it } from 'vitest';
import { textHash } from '../../serving/graphql/operation.ts';
import type { NumberedSupergraph, SupergraphKeep } from './kept.ts';

export const numbered = (version: number, sdl = `type Query { v${version}: Int }`): NumberedSupergraph => ({
  version,
  sdl,
  hash: textHash(sdl),
});

export interface OpenedKeep {
  readonly keep: SupergraphKeep;
  /** Puts another text in the place of what is kept, as a fault would. */
  damage(text: (kept: string) => string): Promise<void>;
  close(): Promise<void>;
}

/** The contract of every place in which a supergraph is kept. */
export function keepContract(open: () => Promise<OpenedKeep>): void {
  async function opened(use: (opened: OpenedKeep) => Promise<void>) {
    const one = await open();
    try {
      await use(one);
    } finally {
      await one.close();
    }
  }

  it('what was kept last is there, to the character', () =>
    opened(async ({ keep }) => {
      expect(await keep.load()).toBeUndefined();
      await keep.keep(numbered(1));
      const odd = numbered(2, 'type Query { "Ö\u{1F600}\\n" a: Int }\r\n');
      await keep.keep(odd);
      expect(await keep.load()).toEqual(odd);
    }));

  it('a lower number that comes later counts: the registry is the one that knows', () =>
    opened(async ({ keep }) => {
      for (const version of [7, 3]) await keep.keep(numbered(version));
      expect(await keep.load()).toEqual(numbered(3));
    }));

  it.each([
    ['cut short', (text: string) => text.slice(0, -20)],
    ['altered', (text: string) => text.replace('Int', 'Str')],
    ['of another form', () => '{"version":"1","sdl":[]}'],
    ['empty', () => ''],
  ])('what is %s is not taken, and is replaced', (_what, damage) =>
    opened(async (one) => {
      await one.keep.keep(numbered(1));
      await one.damage(damage);
      expect(await one.keep.load()).toBeUndefined();
      await one.keep.keep(numbered(2));
      expect(await one.keep.load()).toEqual(numbered(2));
    }),
  );

  it('of several who keep at once, one is there, and whole', () =>
    opened(async ({ keep }) => {
      const versions = Array.from({ length: 20 }, (_, n) =>
        numbered(n + 1, `type Query { ${'a'.repeat(50_000)}${n}: Int }`),
      );
      await Promise.all(versions.map((one) => keep.keep(one)));
      expect(versions).toContainEqual(await keep.load());
    }));
}
