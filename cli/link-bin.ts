import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { builtFile, projectFile } from '../platform/process/paths.ts';

/**
 * Makes `npx blobgraph` find the command in this clone at once: npm links the commands of dependencies, and not the
 * project's own, which npx would install first.
 */
const command = builtFile('cli/blobgraph.ts');
const folder = projectFile('node_modules', '.bin');
chmodSync(command, 0o755);
mkdirSync(folder, { recursive: true });
rmSync(`${folder}/blobgraph`, { force: true });
symlinkSync('../../dist/cli/blobgraph.js', `${folder}/blobgraph`);
