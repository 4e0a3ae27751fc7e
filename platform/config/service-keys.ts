import { z } from 'zod';
import { readServiceKeys } from '../identity/keys/service-keys.ts';

/** A service's private keys: their text, or the file that holds it. */
export type KeyPlace = { readonly text: string } | { readonly file: string };

/** The variable that holds a service's private key, e.g. `TEXT_EXPANSION_KEY`; with `_FILE` after it, the file of it. */
export const keyVariable = (service: string): string => `${service.toUpperCase().replaceAll('-', '_')}_KEY`;

/** The variables of one service's private key: nobody else may have them. */
export const keyVariablesOf = (service: string): readonly [text: string, file: string] => [
  keyVariable(service),
  `${keyVariable(service)}_FILE`,
];

/** Private keys in the environment itself, refused without a word of what they hold. */
const privateKeys = z
  .string()
  .transform((text, context) => {
    try {
      readServiceKeys(text);
      return text;
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  })
  .optional();

type KeySettings = Record<`${string}_KEY`, typeof privateKeys> &
  Record<`${string}_KEY_FILE`, z.ZodOptional<z.ZodString>>;

/** The variables of all services' keys, with what each may be. */
export const keySettings = (services: readonly string[]): KeySettings =>
  Object.fromEntries(
    services.flatMap((service) => {
      const [text, file] = keyVariablesOf(service);
      return [
        [text, privateKeys],
        [file, z.string().min(1).optional()],
      ];
    }),
  ) as KeySettings;

/** Where the environment has each service's keys, of those that it has. */
export function keyPlaces<Name extends string>(
  services: readonly Name[],
  environment: object,
): Partial<Record<Name, KeyPlace>> {
  const given = environment as Readonly<Record<string, string | undefined>>;
  const places: Partial<Record<Name, KeyPlace>> = {};
  for (const service of services) {
    const [text, file] = keyVariablesOf(service).map((variable) => given[variable]);
    if (text) places[service] = { text };
    else if (file) places[service] = { file };
  }
  return places;
}

/** Variables that say the same thing twice. */
export const doubleKeys = (services: readonly string[], environment: object): string[] => {
  const given = environment as Readonly<Record<string, string | undefined>>;
  return services.flatMap((service) => {
    const [text, file] = keyVariablesOf(service);
    return given[text] && given[file] ? [`${file}: set it or ${text}, not both`] : [];
  });
};

/** Keys that production lacks, one line each. */
export const missingKeys = (services: readonly string[], environment: object): string[] => {
  const given = environment as Readonly<Record<string, string | undefined>>;
  return services.flatMap((service) => {
    const [text, file] = keyVariablesOf(service);
    if (given[text] || given[file]) return [];
    return [`${text}: set it, or ${file}, in production to the service’s own private key (\`npm run keys\`)`];
  });
};
