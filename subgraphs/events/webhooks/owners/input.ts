import { z } from 'zod';
import { hashOfInput } from '../../../../platform/ids/idempotency.ts';
import { filled, label, parseInput } from '../../../../platform/input/label.ts';
import { textLimits } from '../../../../platform/input/limits.ts';
import { type ChangeKind, everything, type WebhookFilter, type WebhookSettings } from '../record/webhook.ts';
import type { RegisteredBy } from '../store/store.ts';

/** Settings as owners give them, in GraphQL's names. */
export interface SettingsInput {
  readonly url?: string | null;
  readonly description?: string | null;
  readonly filter?: FilterInput | null;
}

/** An owner's input to register one. */
export interface RegisterInput extends SettingsInput {
  readonly after?: string | null;
  readonly idempotencyKey?: string | null;
}

interface FilterInput {
  readonly kinds?: readonly ChangeKind[] | null;
  readonly blobId?: string | null;
  readonly bookId?: string | null;
  readonly parentId?: string | null;
}

const MAX_URL = 2_000;
const MAX_DESCRIPTION = 200;
const MAX_KINDS = 10;

const parsed = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

const url = label(MAX_URL)
  .refine((text) => parsed(text) !== undefined, 'must be a URL')
  .refine((text) => !parsed(text)?.username && !parsed(text)?.password, 'must not hold a name or password')
  .refine((text) => !text.includes('#'), 'must not have a fragment')
  .transform((text) => new URL(text).href);

const filter = z.object({
  kinds: z
    .array(z.custom<ChangeKind>((kind) => typeof kind === 'string'))
    .min(1, 'must name at least one kind; leave it out for all')
    .max(MAX_KINDS, `must name at most ${MAX_KINDS} kinds`)
    .transform((kinds) => [...new Set(kinds)])
    .nullish(),
  blobId: label(textLimits.id).nullish(),
  bookId: label(textLimits.ownId).nullish(),
  parentId: label(textLimits.id).nullish(),
});

const description = filled(MAX_DESCRIPTION).nullish();

const settings = z.object({ url, description, filter: filter.nullish() });
const registered = settings.extend({ idempotencyKey: label(textLimits.idempotencyKey).nullish() });
const updated = settings.partial();

function filterOf(given: z.infer<typeof filter> | null | undefined): WebhookFilter {
  const { kinds = null, blobId = null, bookId = null, parentId = null } = given ?? everything;
  return { kinds: kinds && [...kinds], blobId, bookId, parentId };
}

/** A webhook that is to be registered, and by which request. */
export interface Registration {
  readonly settings: WebhookSettings;
  readonly after: string | null;
  readonly by: RegisteredBy | undefined;
}

/** @throws InputErrors VALIDATION_FAILED */
export function readRegistration({ after = null, ...input }: RegisterInput): Registration {
  const {
    url: href,
    description: text = null,
    filter: given,
    idempotencyKey: key,
  } = parseInput<z.infer<typeof registered>>(registered, input);
  const settings = { url: href, description: text, filter: filterOf(given) };
  const { kinds, blobId, bookId, parentId } = settings.filter;
  const meant = JSON.stringify([href, text, kinds, blobId, bookId, parentId, after]);
  return { settings, after, by: key == null ? undefined : { key, inputHash: hashOfInput(meant) } };
}

/** The settings that are given: null empties a description or a filter, and leaves a URL. @throws InputErrors VALIDATION_FAILED */
export function readChanges({ url: given, ...others }: SettingsInput): Partial<WebhookSettings> {
  const input = { ...others, ...(given == null ? {} : { url: given }) };
  const {
    url: href,
    description: text,
    filter: wanted,
  } = parseInput<z.infer<typeof updated>>(updated, input);
  return {
    ...(href === undefined ? {} : { url: href }),
    ...(text === undefined ? {} : { description: text }),
    ...(wanted === undefined ? {} : { filter: filterOf(wanted) }),
  };
}
