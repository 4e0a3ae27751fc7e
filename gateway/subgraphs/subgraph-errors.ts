import { BlobgraphError } from '../../platform/errors/errors.ts';

export const HOW_TO_ASK_FOR_LESS =
  'Ask for shorter pages (`first`) or fewer large texts at once. The text of a blob of any size is at ' +
  '`/api/v1/blobs/{id}/text`, all of it at `/api/v1/processors/{processorId}/blobs/{id}`.';

export const subgraphUnavailable = (subgraph: string, cause?: unknown): BlobgraphError =>
  new BlobgraphError('SUBGRAPH_UNAVAILABLE', `The ${subgraph} subgraph did not answer. Try again later.`, {
    cause,
  });

export const subgraphAnswerTooLarge = (
  subgraph: string,
  mebibytes: number,
  cause?: unknown,
): BlobgraphError =>
  new BlobgraphError(
    'RESPONSE_TOO_LARGE',
    `The answer of the ${subgraph} subgraph is larger than ${mebibytes} MiB. ${HOW_TO_ASK_FOR_LESS}`,
    { cause },
  );

export const subgraphAnswerTooFull = (subgraph: string, values: number): BlobgraphError =>
  new BlobgraphError(
    'RESPONSE_TOO_LARGE',
    `The answer of the ${subgraph} subgraph holds more than ${values} values. ${HOW_TO_ASK_FOR_LESS}`,
  );
