import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Operations } from '../operations/operations.ts';
import { createDocuments, type Documents } from './documents.ts';
import { ListedDocuments, logInvalid, readListed } from './listed-documents.ts';
import type { RegisteredTexts } from './registered/registered-texts.ts';

/**
 * Opens the documents of a gateway: those that the operator lists, and those that clients register.
 * @throws ManifestError
 */
export async function openDocuments<Context>(deps: {
  /** A manifest, or a folder of manifests. Default: no documents are listed. */
  manifests?: string | undefined;
  /** Whether only listed documents may be run. */
  listedOnly: boolean;
  operations: Operations<Context>;
  registered: RegisteredTexts;
  logger: Logger;
}): Promise<Documents<Context>> {
  const { manifests, listedOnly, operations, registered, logger } = deps;
  const listed = manifests === undefined ? new ListedDocuments() : await readListed(manifests);
  await logInvalid(listed, operations, logger);
  return createDocuments({ operations, listed, listedOnly, registered });
}
