import { everything, whole } from '../samples.fixture.ts';

/** The samples as records on a shelf. Numbers of a store's giving are among them, though no processor may have them made again. */
export const kept = [whole, everything].map((fixture) => ({
  ...fixture,
  definition: { ...fixture.definition, store: 'redis', rebuildable: true } as const,
}));
