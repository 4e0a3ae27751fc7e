import type { Logger } from '../../platform/telemetry/logger.ts';
import type { ReplaceableGraph } from '../graph/replaceable.ts';
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
  graph: Pick<ReplaceableGraph<Context>, 'operations' | 'expect'>;
  registered: RegisteredTexts;
  logger: Logger;
}): Promise<Documents<Context>> {
  const { manifests, listedOnly, graph, registered, logger } = deps;
  const { operations } = graph;
  const listed = manifests === undefined ? new ListedDocuments() : await readListed(manifests);
  await logInvalid(listed, operations, logger);
  graph.expect(listed.documents.map(({ text }) => text));
  return createDocuments({ operations, listed, listedOnly, registered });
}
