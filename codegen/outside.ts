import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { serviceNames } from '../platform/config/config.ts';
import { StartersFault, UsageError } from '../platform/process/exit.ts';
import { blobTypes } from '../platform/supergraph/blob-types.ts';
import { GRAPHQL_PATH } from '../platform/supergraph/outside.ts';
import { withOutside } from '../platform/supergraph/with-outside.ts';
import { type ComposedSubgraph, compose } from './graph.ts';
import { parseDocument, read, readSubgraphs } from './project.ts';

/** A processor from outside this repository, with its deployed SDL and address. */
export type OutsideSdl = ComposedSubgraph;

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Why `name` cannot be a subgraph's name; undefined when it can. */
function mistakeIn(name: string): string | undefined {
  if (!ID.test(name)) return 'must be a processor’s id: lower-case letters, digits and single dashes';
  const isTaken = (serviceNames as readonly string[]).includes(name);
  return isTaken ? 'must be another name: this one is a service’s' : undefined;
}

const subgraph = z.object({
  routing_url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .refine((text) => text.endsWith(GRAPHQL_PATH), `must end with ${GRAPHQL_PATH}`),
  schema: z.object({ file: z.string().min(1) }),
});

const file = z.object({
  subgraphs: z.record(z.string(), subgraph).superRefine((subgraphs, context) => {
    for (const name of Object.keys(subgraphs)) {
      const message = mistakeIn(name);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
    }
  }),
});

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}

/**
 * Reads processors from outside, in the form of `supergraph.yaml`. SDL files are relative to that file.
 * @throws UsageError that names the member and the fix
 */
export function readOutside(path: string): OutsideSdl[] {
  const parsed = file.safeParse(parse(textOf(path)) ?? {});
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path: at, message }) => `${path}: ${at.join('.')}: ${message}`);
    throw new UsageError(lines.join('\n'));
  }
  return Object.entries(parsed.data.subgraphs).map(([name, { routing_url: url, schema }]) => {
    const sdlFile = resolve(dirname(path), schema.file);
    return { name, url, sdlFile, sdl: textOf(sdlFile) };
  });
}

/** The one blob type that it defines. @throws StartersFault when it defines none, or several */
function typeOf({ name, sdlFile, sdl }: OutsideSdl): string {
  const [type, ...others] = blobTypes(parseDocument(sdlFile, sdl));
  if (type !== undefined && others.length === 0) return type;
  const found = others.length === 0 ? 'none' : [type, ...others].join(', ');
  throw new StartersFault(
    `${sdlFile}: one type must be \`implements Blob @key(fields: "id")\`, the blobs of \`${name}\`; found: ${found}`,
  );
}

/** They, with their types of blobs. @throws StartersFault where one of them has none, or several */
export const outsideSdls = (outside: readonly OutsideSdl[]) =>
  outside.map((each) => ({ ...each, types: [typeOf(each)] }));

/**
 * The system's supergraph with processors from outside: their SDL, and stubs of their types in state. A processor with
 * the name of one of ours replaces its SDL.
 * @throws StartersFault with the reasons when the subgraphs do not compose
 */
export function composeOutside(outside: readonly OutsideSdl[]): string {
  const own = readSubgraphs().map((each) => ({ ...each, sdl: read(each.sdlFile) }));
  return compose(withOutside(own, outsideSdls(outside)));
}
