/** `blobgraph start`, by the name that the builds before had: process managers and measurements start those, too. */
process.argv.splice(2, 0, 'start');
await import('./blobgraph.ts');
