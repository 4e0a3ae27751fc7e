import type { EventProcessorRegistration } from '../../platform/processing/decide.ts';

/** The name under which it asks other services. */
export const PROCESSOR_ID = 'text-expansion';

/** What the registry is told of this processor. `version` is a part of every id that it makes. */
export const registration = (where: {
  baseUrl: string;
  mongoUrl: string | undefined;
  postgresUrl: string | undefined;
}): EventProcessorRegistration => ({
  id: PROCESSOR_ID,
  name: 'Text expansion',
  description: 'Makes a draft longer, section by section, and tells of its style.',
  version: '1',
  storage_type: where.mongoUrl ? 'mongodb' : 'postgresql',
  connection_string: where.mongoUrl ?? where.postgresUrl ?? 'embedded',
  database_name: 'text_expansion',
  input_schema_ids: ['text-input-v1'],
  output_schema_id: 'expanded-text-v1',
  graphql_type: 'ExpandedText',
  base_url: where.baseUrl,
  event_subscriptions: ['blob.created'],
  max_concurrency: 4,
  timeout_seconds: 600,
});
