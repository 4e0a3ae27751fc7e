import type { GraphClient } from '../harness/client.ts';
import { create, draft, mutate, operator, settled, users, type Writer } from './writing.ts';

const REGISTER = `mutation ($input: RegisterProcessorInput!) {
  registerProcessor(input: $input) { processor { id } userErrors { field code message } }
}`;

const TRIES = 20;

async function refusedDraft(client: GraphClient): Promise<string> {
  // State may know the registration of before for some seconds.
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const id = await create(client, draft({ title: `By another version ${tries}`, content: 'It rained.' }));
    if ((await settled(client, id)) === 'FAILED') return id;
  }
  throw new Error(`None of ${TRIES} expansions was refused`);
}

/**
 * An expansion that the index refused: up to 0.1.0, with the registry at version 2 of a processor and its process still
 * at 1, what was finished could not be registered. The registration of before is back with the next start.
 */
export async function writeRefused({ system }: Writer): Promise<string> {
  await mutate(await operator(system), 'registerProcessor', REGISTER, {
    input: {
      id: 'text-expansion',
      name: 'Text expansion',
      version: '2',
      storageType: 'POSTGRESQL',
      connectionString: 'embedded',
      databaseName: 'text_expansion',
      inputSchemaIds: ['text-input-v1'],
      outputSchemaId: 'expanded-text-v1',
      graphqlType: 'ExpandedText',
      baseUrl: system.urls['text-expansion'],
      eventSubscriptions: ['blob.created'],
    },
  });
  return refusedDraft(await system.client(users.odd));
}
