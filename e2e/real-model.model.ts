import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODEL_NAME } from '../cli/services/model.ts';
import { parseEnvironment } from '../platform/config/environment-file.ts';
import { projectFile } from '../platform/process/paths.ts';
import type { GraphClient } from './harness/client.ts';
import { createDraft } from './harness/operations.ts';
import { type System, startSystem } from './harness/system.ts';

/** Realistic drafts; the second has code and a list, which must stay unchanged. */
const drafts = [
  '# The Lamp\n\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.\n\n## Midnight\n\nShe lit the lamp and sat down to wait for him. He did not come.\n\n## Morning\n\nIn the morning the harbour was full of broken boats.',
  '# Bread\n\nMy grandmother baked on Fridays. The whole house smelled of it by noon.\n\n- flour\n- water\n- salt\n\nShe never wrote anything down.\n\n```text\n450 g, 300 g, 9 g\n```\n\nShe said that her hands knew the way.',
  'The train was late again. Tom stood on the platform with his bag between his feet and read the same notice for the third time.\n\n# Platform two\n\nNobody else was waiting. A pigeon walked along the edge.\n\n# The voice\n\nThen the loudspeaker spoke, and it said his name.',
] as const;

interface Expanded {
  readonly tokensUsed: number;
  readonly modelUsed: string;
  readonly data: {
    readonly original: string;
    readonly expanded: string;
    readonly sections: readonly {
      readonly kept: boolean;
      readonly why: string | null;
      readonly text: string;
    }[];
  };
}

interface Read {
  readonly blob: {
    readonly processing: {
      readonly state: string;
      readonly runs: readonly { readonly error: { readonly message: string } | null }[];
    };
    readonly derived: { readonly nodes: readonly { readonly content: Expanded }[] };
  };
}

const EXPANSION = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      processing { state runs { error { message } } }
      derived {
        nodes {
          content {
            ... on ExpandedText { tokensUsed modelUsed data { original expanded sections { kept why text } } }
          }
        }
      }
    }
  }
`;

/** Generous, for a shared machine. */
const PATIENCE = { timeout: 900_000, interval: 1_000 };

function modelServer(): string {
  const path = projectFile('.blobgraph', 'services.env');
  const url = existsSync(path) ? parseEnvironment(readFileSync(path, 'utf8'))['MODEL_SERVER_URL'] : undefined;
  if (!url) throw new Error('These tests need a real model: npm run services -- up model');
  return url;
}

describe.each([1, 4])('a real model, %i requests at once', (concurrency) => {
  let system: System;
  let client: GraphClient;

  beforeAll(async () => {
    system = await startSystem('embedded', {
      environment: {
        OPENAI_BASE_URL: modelServer(),
        OPENAI_MODEL: MODEL_NAME,
        OPENAI_CONCURRENCY: `${concurrency}`,
        OPENAI_MAX_OUTPUT_TOKENS: '600',
        OPENAI_EXTRA_BODY: '{"temperature":0.4}',
      },
    });
    client = await system.client();
  });
  afterAll(() => system?.stop());

  it('expands three drafts', async () => {
    const begin = performance.now();
    const ids = await Promise.all(drafts.map((content) => createDraft(client, { content })));
    const read = async (id: string) => (await client.query<Read>(EXPANSION, { id })).blob;
    for (const id of ids)
      await expect.poll(async () => (await read(id)).processing.state, PATIENCE).toMatch(/COMPLETED|FAILED/);
    const seconds = (performance.now() - begin) / 1_000;
    const blobs = await Promise.all(ids.map(read));
    expect(blobs.map(({ processing }) => processing.runs.map(({ error }) => error))).toEqual([
      [null],
      [null],
      [null],
    ]);
    const expanded = blobs.flatMap(({ derived }) => derived.nodes.map(({ content }) => content));
    expect(expanded.map(({ data }) => data.original)).toEqual(drafts);
    for (const { modelUsed, data } of expanded) {
      expect(modelUsed).toBe(MODEL_NAME);
      expect(data.expanded.length).toBeGreaterThan(data.original.length);
      expect(data.sections.map(({ text }) => text).join('')).toBe(data.expanded);
      expect(data.expanded).not.toMatch(/<\||<\/?think/);
      for (const heading of data.original.match(/^#+ .*$/gm) ?? [])
        expect(data.expanded).toContain(`${heading}\n`);
    }
    expect(expanded[1]?.data.expanded).toContain('\n\n- flour\n- water\n- salt\n\n');
    expect(expanded[1]?.data.expanded).toContain('\n\n```text\n450 g, 300 g, 9 g\n```\n\n');
    const sections = expanded.flatMap(({ data }) => data.sections);
    const length = (of: 'original' | 'expanded') =>
      expanded.reduce((sum, { data }) => sum + data[of].length, 0);
    console.log(
      `${concurrency} at once: 3 of 3 drafts in ${seconds.toFixed(1)} s, ${sections.filter(({ kept }) => !kept).length} of ${sections.length} sections expanded, ${(length('expanded') / length('original')).toFixed(2)} times as long, ${expanded.reduce((sum, { tokensUsed }) => sum + tokensUsed, 0)} tokens`,
    );
  });
});
