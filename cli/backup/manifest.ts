import { z } from 'zod';

/** The manifest's name in the archive, where it is the last entry. */
export const MANIFEST = 'manifest.json';
/** Files of the data folder are below it. */
export const DATA = 'data/';
/** Grows when an older release can no longer read what is written. */
const VERSION = 1;

/** Folders of the embedded data. What is left out can be made again. */
export const KEPT = ['keys', 'postgres', 'objects'] as const;

const path = z.string().regex(/^(?!\/)(?!(.*\/)?\.\.?(\/|$))[^\\\0]+$/, 'leads out of the folder');
const mode = z.int().min(0).max(0o777);

export const manifestSchema = z.object({
  format: z.literal('blobgraph-backup', 'is not that of a backup of Blobgraph'),
  format_version: z.literal(VERSION, 'is of a later release: restore it with that one'),
  created_at: z.iso.datetime(),
  /** Folders, each after the one that holds it. */
  folders: z.array(z.object({ path, mode })),
  files: z.array(z.object({ path, mode, bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
});

/** An archive's contents. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ListedFile = Manifest['files'][number];

export const manifestOf = (
  now: Date,
  folders: Manifest['folders'],
  files: readonly ListedFile[],
): Manifest => ({
  format: 'blobgraph-backup',
  format_version: VERSION,
  created_at: now.toISOString(),
  folders,
  files: [...files],
});
