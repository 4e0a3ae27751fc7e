import { type FileHandle, open, rename } from 'node:fs/promises';

/** Writes a file whole, or not at all. `draft`: where it is written first, on the same disk. */
export async function replaceFile(
  file: string,
  write: (handle: FileHandle) => Promise<void>,
  draft = `${file}.draft`,
): Promise<void> {
  const handle = await open(draft, 'w', 0o600);
  try {
    await write(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}
