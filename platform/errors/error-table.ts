interface ErrorEntry {
  /** HTTP status of a REST answer. */
  readonly status: number;
  /** Its meaning and how to mend it, for `docs/errors.md`. */
  readonly meaning: string;
}

const entry = (status: number, meaning: string): ErrorEntry => ({ status, meaning });

/** Every code that a client can see, in GraphQL (`extensions.code`, `userErrors.code`) and in REST (`code` of the gateway’s problem documents, `error.code` of other services). */
export const errorTable = {
  BAD_REQUEST: entry(
    400,
    'The request is not of the form that the operation takes. The message names the field.',
  ),
  VALIDATION_FAILED: entry(400, 'A value is not allowed. The message names the field and what is allowed.'),
  SCHEMA_VIOLATION: entry(
    422,
    'The data does not fit its JSON Schema. The message names the place and the rule.',
  ),
  SCHEMA_UNKNOWN: entry(422, 'There is no schema of that id or version. `schemas` lists what there is.'),
  SCHEMA_CONFLICT: entry(
    409,
    'That version of the schema exists with another definition. Register a new version.',
  ),
  SCHEMA_INCOMPATIBLE: entry(
    409,
    'The version does not keep what the schema’s compatibility mode asks for, e.g. it may refuse documents that fit the version before. The message names the place and the fix; `compatibility: NONE` registers it all the same.',
  ),
  SCHEMA_WITHDRAWN: entry(
    410,
    'That version of the schema was withdrawn: it takes no new documents. Leave the version out, or name another.',
  ),
  SCHEMA_VERSION_NOT_TAKEN: entry(
    422,
    'The processor takes other versions of the schema, and none that the blob can be read as. A version of it that does is given the run by `backfill`.',
  ),
  UPCAST_FAILED: entry(
    422,
    'The blob cannot be read as that version of its schema: it is of a newer one, or what is made of it does not fit. The message names the place.',
  ),
  BLOB_TOO_LARGE: entry(413, 'The data is larger than 5 MiB. Split it into several blobs.'),
  PAYLOAD_TOO_LARGE: entry(413, 'The request body is larger than 8 MiB.'),
  MEDIA_TYPE_UNSUPPORTED: entry(
    415,
    'The body is of a media type that is not read. Send JSON, with `Content-Type: application/json`.',
  ),
  TEXT_MALFORMED: entry(
    422,
    'The text holds NUL or half of a surrogate pair, which cannot be stored. Remove it.',
  ),
  CURSOR_INVALID: entry(
    400,
    'The cursor is not one that this list or subscription gave out. Start without it.',
  ),
  CURSOR_EXPIRED: entry(
    410,
    'The log no longer reaches back to that cursor. Query afresh and use its `liveCursor`.',
  ),
  IDEMPOTENCY_CONFLICT: entry(
    409,
    'The idempotency key was used with another input. Use a new key for new input.',
  ),
  NOT_FOUND: entry(404, 'There is no such thing, or it is not yours.'),
  METHOD_NOT_ALLOWED: entry(405, 'The path has other methods: those of the header `Allow`.'),
  BLOB_NOT_FOUND: entry(404, 'There is no blob of that id, or it is not yours.'),
  BLOB_DELETED: entry(
    410,
    'The blob, or one that it is made of, was deleted: it does not come back. Use a new idempotency key, or sources that are there.',
  ),
  CONTENT_MISSING: entry(
    410,
    'The content is gone from the store that keeps it. What a processor made of an event is made again by itself; compile a book anew.',
  ),
  BOOK_NOT_FOUND: entry(404, 'You have no book of that id.'),
  BOOK_INVALID: entry(422, 'The book cannot be made like this. The message names the chapter and the fix.'),
  CHAPTER_MISSING: entry(422, 'A chapter has no draft yet. Create one, then compile again.'),
  EXPANSION_PENDING: entry(
    409,
    'A chapter is still being expanded. Wait for it, or compile with `useExpanded: false`.',
  ),
  EXPANSION_MISSING: entry(
    409,
    'The expansion of a chapter was deleted. Have it made again with `reprocess`, or compile with `useExpanded: false`.',
  ),
  EXPANSION_FAILED: entry(409, 'Expanding a chapter failed. Retry it, or compile with `useExpanded: false`.'),
  RUN_NOT_FAILED: entry(409, 'Only a run that failed can be retried.'),
  RUN_UNDER_WAY: entry(
    409,
    'The run is still waiting or at work. Wait until it is COMPLETED or FAILED, or cancel it, then ask again.',
  ),
  RUN_NOT_UNDER_WAY: entry(409, 'Only a run that waits or is at work can be cancelled.'),
  CANCELLED: entry(
    409,
    'The blob’s owner cancelled the run: its result is not taken. `retryProcessing` starts it again.',
  ),
  SOURCE_UNKNOWN: entry(422, 'A source is not in the index of this user.'),
  DERIVED_ID_MISMATCH: entry(
    422,
    'The id is not the one that source, processor, processor version and generation give.',
  ),
  DERIVED_CONFLICT: entry(409, 'Another result is already registered under this id. The first one stays.'),
  PROCESSOR_UNKNOWN: entry(404, 'There is no processor of that id.'),
  PROCESSOR_PAUSED: entry(
    409,
    'An operator has paused the processor: it takes no work. What waits for it is done when it is resumed.',
  ),
  AWAITING_TURN: entry(
    409,
    'The processor has as many runs of the user in hand as it takes at once: the run begins by itself when others of theirs have ended.',
  ),
  PROCESSOR_RETIRED: entry(
    410,
    'The processor was retired: its store is gone for good. What it made cannot be read any more, and it makes nothing.',
  ),
  PROCESSOR_INVALID: entry(422, 'The declaration is not valid. The message names the field and the fix.'),
  COMPOSITION_FAILED: entry(
    422,
    'The subgraph’s SDL is not valid, or does not compose with the graph. The message says where and why; nothing was changed.',
  ),
  BREAKING_CHANGE: entry(
    409,
    'The change breaks operations that are in use, or what other subgraphs have. The message names both; `allowBreaking` with these coordinates lets it through.',
  ),
  SUPERGRAPH_UNKNOWN: entry(
    404,
    'There is no stored supergraph of that version any more: `supergraph { history }` lists what there is.',
  ),
  CANARY_UNKNOWN: entry(
    404,
    'That version is no candidate of the processor: it was promoted, withdrawn or never registered. `processor { canary { version } }` names the candidate.',
  ),
  MODEL_UNAVAILABLE: entry(
    503,
    'The language model did not answer. The run is tried again; `retryProcessing` starts it anew.',
  ),
  MODEL_FAILED: entry(502, 'The language model refused or answered something unusable.'),
  TOKENS_SPENT: entry(
    429,
    'The user’s drafts, or pitches, have used the tokens of a language model that they may cost a day. `retryProcessing` starts the run anew, after the time that the message names.',
  ),
  IMAGE_UNSUPPORTED: entry(
    415,
    'The file is no picture of a format that is read: JPEG, PNG, WebP, AVIF, GIF or TIFF. Save it as one of them.',
  ),
  IMAGE_INVALID: entry(
    422,
    'The picture is damaged: it is cut off, or its bytes are not what its format wants. Save it anew and upload that.',
  ),
  IMAGE_TOO_LARGE: entry(
    413,
    'The picture has more pixels or bytes than are read, or takes more memory. Make it smaller.',
  ),
  PROCESSING_TIMEOUT: entry(504, 'The run took longer than its processor allows.'),
  PROCESSING_FAILED: entry(500, 'The run failed. `retryProcessing` starts it again.'),
  USER_ERASING: entry(
    409,
    'All that is this user’s is being erased. Nothing new is taken until that is done.',
  ),
  UNAUTHENTICATED: entry(401, 'The token is missing, expired or not signed by a key that is trusted here.'),
  FORBIDDEN: entry(403, 'The caller may not do this.'),
  INTROSPECTION_DISABLED: entry(
    403,
    'The schema is not told to this caller. `__typename` may always be asked for; operators may read all, or everybody where `INTROSPECTION` says so.',
  ),
  ADDRESS_INVALID: entry(
    403,
    'The address of a file was altered, was not given out here, or its time is over. Ask for it anew.',
  ),
  UPLOAD_MISMATCH: entry(
    422,
    'What arrived is not what was announced: its size, its checksum or what the bytes are. The message says which. Announce the file anew.',
  ),
  UPLOAD_INCOMPLETE: entry(
    409,
    'The file has not arrived yet. Send it to the address that `requestUpload` gave, then complete the upload.',
  ),
  EXPORT_UNDER_WAY: entry(
    409,
    'An export of all that is this user’s is being read already. Wait for its end, or end it.',
  ),
  SEARCH_NOT_READY: entry(
    503,
    'Blobs of a release before are still being made ready to be found by their words. Try again in a minute.',
  ),
  UPLOAD_EXPIRED: entry(410, 'The time for the upload is over. Ask for a new one.'),
  UPLOADS_EXCEEDED: entry(
    429,
    'Too many uploads are open, or too much was uploaded today. The message says which, and when there is room again.',
  ),
  WEBHOOKS_EXCEEDED: entry(409, 'You have as many webhooks as a user may have. Delete one first.'),
  QUERY_TOO_COMPLEX: entry(
    400,
    'The operation is deeper, longer or costlier than allowed. Ask for less at once.',
  ),
  PERSISTED_QUERY_NOT_FOUND: entry(
    400,
    'There is no operation of this hash here yet. Send it once more, with its text beside the hash.',
  ),
  PERSISTED_DOCUMENT_NOT_FOUND: entry(
    404,
    'There is no document of this `documentId` here. Send the operation as `query`, or have the operator list it.',
  ),
  DOCUMENT_NOT_LISTED: entry(
    403,
    'Only the documents that the operator has listed are run here, and this is none of them. Have it listed.',
  ),
  GRAPHQL_PARSE_FAILED: entry(400, 'The operation is not GraphQL. The message names the place.'),
  GRAPHQL_VALIDATION_FAILED: entry(
    400,
    'The operation does not fit the schema. The message names the field.',
  ),
  SUBGRAPH_UNAVAILABLE: entry(503, 'A subgraph is out of reach: its fields alone are null. Try again later.'),
  SUBGRAPH_INVALID: entry(
    502,
    'A subgraph left out, or got wrong, what the schema promises: the nearest field that may be null is null.',
  ),
  RESPONSE_TOO_LARGE: entry(
    413,
    'The answer would be larger than allowed. Ask for less: shorter pages, fewer large texts at once. The text of a blob of any size is at `/api/v1/blobs/{id}/text`.',
  ),
  PLANNING_FAILED: entry(
    422,
    'No subgraph can be asked for a field at that place. The message names it: leave it out, or ask for it elsewhere.',
  ),
  SERVICE_UNAVAILABLE: entry(
    503,
    'A service or store is out of reach. Try again later, with the same idempotency key.',
  ),
  DEADLINE_EXCEEDED: entry(
    504,
    'The time for the request was over before its answer was there. Ask for less, or allow more time.',
  ),
  OVERLOADED: entry(
    503,
    'Too much is in work. Try again after the seconds of `Retry-After`, with the same idempotency key.',
  ),
  RATE_LIMITED: entry(
    429,
    'Too many requests in a minute. Try again after the seconds of `Retry-After`; `RateLimit` tells how many are left.',
  ),
  SLOW_CONSUMER: entry(429, 'The subscriber reads too slowly and was cut off. Resume after the last cursor.'),
  INTERNAL: entry(500, 'A fault of ours. Tell us the request id.'),
} as const satisfies Record<string, ErrorEntry>;
