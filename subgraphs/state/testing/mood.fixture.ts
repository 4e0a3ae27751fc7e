import { expect } from 'vitest';
import { type TestService, viewer } from '../../../platform/testing/service.ts';

export const operator = { viewer: viewer('olga', 'operator') };

const text = { type: 'string' };
const base = { type: 'object', additionalProperties: false };

/** A schema in three versions: a member is renamed, then one is added that must be there. */
export const moods = {
  '1.0.0': { ...base, required: ['text'], properties: { text, colour: text } },
  '2.0.0': {
    ...base,
    required: ['content'],
    properties: { content: text, colour: text },
    'x-upcast': [{ op: 'move', from: '/text', path: '/content' }],
  },
  '3.0.0': {
    ...base,
    required: ['content', 'intensity'],
    properties: {
      content: text,
      colour: { ...text, maxLength: 5 },
      intensity: { type: 'integer', minimum: 1 },
    },
    'x-upcast': [{ op: 'default', path: '/intensity', value: 3 }],
  },
} as const;

/** Registers the schema's versions under an id. */
export async function registerMoods(schemas: TestService, id: string): Promise<void> {
  const mutation =
    'mutation ($input: RegisterSchemaInput!) { registerSchema(input: $input) { userErrors { code message } } }';
  for (const [version, definition] of Object.entries(moods)) {
    const input = { id, version, definition, compatibility: 'NONE' };
    const { data } = await schemas.graphql(mutation, { input }, operator);
    expect(data).toEqual({ registerSchema: { userErrors: [] } });
  }
}

export const mood = (schemaId: string, schemaVersion: string, data: object) => ({
  type: 'mood',
  schemaId,
  schemaVersion,
  data,
});
