import type { Define } from '../terminal/command.ts';

export interface Listed {
  readonly name: string;
  /** One line of `--help`. */
  readonly summary: string;
  /** Only the command that is called is loaded. */
  readonly load: () => Promise<{ readonly define: Define }>;
}

/** All commands, in the order of `--help`. */
export const commands: readonly Listed[] = [
  { name: 'start', summary: 'run the whole system in one process', load: () => import('./start.ts') },
  {
    name: 'demo',
    summary: 'take a book through the system, and show its lineage',
    load: () => import('./demo.ts'),
  },
  { name: 'token', summary: 'print a user’s token for the local system', load: () => import('./token.ts') },
  {
    name: 'put',
    summary: 'store files; a folder of Markdown becomes a book',
    load: () => import('./put.ts'),
  },
  { name: 'watch', summary: 'follow changes as they happen', load: () => import('./watch.ts') },
  { name: 'compile', summary: 'compile a book into a new version', load: () => import('./compile.ts') },
  {
    name: 'export',
    summary: 'download a compiled book or a pitch as a file',
    load: () => import('./export.ts'),
  },
  {
    name: 'lineage',
    summary: 'show what a blob was made of, and what was made of it',
    load: () => import('./lineage.ts'),
  },
  {
    name: 'services',
    summary: 'start and stop the servers that tests need',
    load: () => import('./services.ts'),
  },
  { name: 'dlq', summary: 'dead letters, for operators', load: () => import('./operators/dlq.ts') },
  {
    name: 'reconcile',
    summary: 'compare the index and the stores, for operators',
    load: () => import('./operators/reconcile.ts'),
  },
  {
    name: 'backfill',
    summary: 'run a processor on existing blobs, for operators',
    load: () => import('./operators/backfill.ts'),
  },
  {
    name: 'processors',
    summary: 'list, pause, resume and retire processors, for operators',
    load: () => import('./operators/processors.ts'),
  },
  {
    name: 'supergraph',
    summary: 'what the graph is made of: show, register, withdraw, roll back; for operators',
    load: () => import('./operators/supergraph.ts'),
  },
  {
    name: 'schemas',
    summary: 'check a new version of a schema, also against stored blobs, for operators',
    load: () => import('./operators/schemas.ts'),
  },
  { name: 'backup', summary: 'write the embedded data into one archive', load: () => import('./backup.ts') },
  { name: 'restore', summary: 'make the data folder of an archive', load: () => import('./restore.ts') },
  {
    name: 'doctor',
    summary: 'look for what keeps the system from running, with the fix',
    load: () => import('./doctor.ts'),
  },
];
