import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { describeProcess } from './processes.js';

// Says who holds the owner's lock when the server cannot be asked: it hangs, or has been killed.
const schema = z.object({ pid: z.number().int().positive(), started: z.string() });
export type Owner = z.infer<typeof schema>;

const fileOf = (dataDir: string) => join(dataDir, 'owner.json');

/** This process. The start time is empty on Windows, where the file then never counts as a live owner's. */
export async function thisProcess(): Promise<Owner> {
  return { pid: process.pid, started: (await describeProcess(process.pid))?.started ?? '' };
}

export async function readOwner(dataDir: string): Promise<Owner | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(fileOf(dataDir), 'utf8')));
  } catch {
    return undefined; // a hint only: the lock in the server decides
  }
}

export async function writeOwner(dataDir: string, owner: Owner): Promise<void> {
  const temporary = `${fileOf(dataDir)}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, `${JSON.stringify(owner)}\n`, { mode: 0o600 });
  await rename(temporary, fileOf(dataDir));
}

export const removeOwner = (dataDir: string) => rm(fileOf(dataDir), { force: true });

export const sameOwner = (a: Owner, b: Owner) => a.pid === b.pid && a.started === b.started;

/** The app that claimed the server last, when it still lives. */
export async function liveOwner(dataDir: string): Promise<Owner | undefined> {
  const owner = await readOwner(dataDir);
  if (!owner || owner.started === '') return undefined;
  const found = await describeProcess(owner.pid);
  return found?.started === owner.started ? owner : undefined;
}
