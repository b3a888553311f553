import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EmbeddedStartError, hasCode } from './errors.js';

const schema = z.object({ postgresPassword: z.string().min(16), jwtSecret: z.string().min(32) });
export type EmbeddedSecrets = z.infer<typeof schema>;

/** Undefined when there are none yet; throws when the file cannot be read or is damaged. */
export async function readSecrets(dataDir: string): Promise<EmbeddedSecrets | undefined> {
  const path = join(dataDir, 'secrets.json');
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (hasCode(error, 'EACCES')) throw error;
    // Neither the content nor the parser's message, which quotes it.
    throw new EmbeddedStartError(
      `${path} is damaged. Restore it, or delete ${dataDir} to start with an empty database.`,
    );
  }
}

/** Reads or creates (0600) the secrets of the embedded default. Two that create at once get the same ones. */
export async function embeddedSecrets(dataDir: string): Promise<EmbeddedSecrets> {
  await mkdir(dataDir, { recursive: true });
  const existing = await readSecrets(dataDir);
  if (existing) return existing;
  const random = () => randomBytes(32).toString('base64url');
  const created: EmbeddedSecrets = { postgresPassword: random(), jwtSecret: random() };
  await publish(dataDir, `${JSON.stringify(created, undefined, 2)}\n`);
  return (await readSecrets(dataDir)) ?? created;
}

/** The file appears whole or not at all, and the first one wins. */
async function publish(dataDir: string, content: string): Promise<void> {
  const path = join(dataDir, 'secrets.json');
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) await rename(temporary, path); // a file system without hard links
  } finally {
    await rm(temporary, { force: true });
  }
}
