import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Makes `folder` this process's own until `release` or the end of the process, `kill -9` included.
 * Waits three seconds for a process that is just ending. Throws when another one keeps it.
 */
export function lockFolder(folder: string): { release(): void } {
  mkdirSync(folder, { recursive: true });
  // The operating system drops SQLite's file lock with its process: no stale lock files.
  const lock = new DatabaseSync(join(folder, "lock.db"), { timeout: 3_000 });
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    lock.close();
    throw new Error(`${folder} is in use by another local stack; stop it or set DATA_DIR`, {
      cause,
    });
  }
  return { release: () => lock.close() };
}
