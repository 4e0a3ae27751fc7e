import { whereItAnswers } from '../../../platform/redis/where-it-answers.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { RegisteredTexts } from './registered-texts.ts';

/**
 * Looks up texts in this process first, then in the store that replicas share. When the shared store does not answer in
 * time, the text counts as not registered, and clients send it again.
 */
export function sharedTexts(
  own: RegisteredTexts,
  shared: RegisteredTexts,
  logger: Pick<Logger, 'error'>,
): RegisteredTexts {
  const answered = whereItAnswers(logger);
  return {
    async get(hash) {
      return (await own.get(hash)) ?? (await answered(() => shared.get(hash)));
    },
    async put(hash, text, userId) {
      await own.put(hash, text, userId);
      await answered(() => shared.put(hash, text, userId));
    },
  };
}
