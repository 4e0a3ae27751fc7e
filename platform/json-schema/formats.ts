import type { Format } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';

/** The formats that schemas may ask for, in the words of the sentence "must be …". */
export const formatNames = {
  date: 'a date, e.g. 2026-01-31',
  time: 'a time of day with its zone, e.g. 12:00:00Z',
  'date-time': 'a date and time with its zone, e.g. 2026-01-31T12:00:00Z',
  duration: 'a duration, e.g. P3DT12H',
  email: 'an email address',
  hostname: 'a host name',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  uri: 'a full address, e.g. https://example.org/page',
  'uri-reference': 'an address or a path',
  uuid: 'a UUID',
  'json-pointer': 'a JSON pointer, e.g. /metadata/title',
} as const;

/** No value of these formats is longer; the bound keeps their regular expressions harmless. */
const MAX_LENGTH = 2_048;

function matches(format: Format, text: string): boolean {
  if (format instanceof RegExp) return format.test(text);
  if (typeof format === 'function') return format(text) === true;
  return typeof format === 'object' && 'validate' in format && matches(format.validate as Format, text);
}

/** Checks of {@link formatNames} for strings of at most 2,048 characters; longer ones fit no format. */
export const boundedFormats: Readonly<Record<string, (text: string) => boolean>> = Object.fromEntries(
  (Object.keys(formatNames) as (keyof typeof formatNames)[]).map((name) => [
    name,
    (text: string) => text.length <= MAX_LENGTH && matches(fullFormats[name], text),
  ]),
);

export const isFormat = (name: string): name is keyof typeof formatNames => Object.hasOwn(formatNames, name);
