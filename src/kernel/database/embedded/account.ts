import { readFile, stat } from 'node:fs/promises';
import { EmbeddedStartError, hasCode, wayOut } from './errors.js';

/** Whom the server runs as when the app is root: PostgreSQL refuses to run as root. */
export interface Account {
  uid: number;
  gid: number;
}

export interface PasswdEntry extends Account {
  name: string;
}

const unsigned = (id: string) => Number(id) >>> 0; // macOS writes nobody's -2, its kernel says 4294967294

export function parsePasswd(text: string): PasswdEntry[] {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter(
      (fields) => fields.length >= 7 && /^-?\d+$/.test(fields[2] ?? '') && /^-?\d+$/.test(fields[3] ?? ''),
    )
    .map(([name = '', , uid = '', gid = '']) => ({ name, uid: unsigned(uid), gid: unsigned(gid) }));
}

/** The owner of the data, else nobody. Only initdb needs a passwd entry: it looks its user's name up. */
export function chooseAccount(entries: readonly PasswdEntry[], dataOwner?: Account): Account {
  if (dataOwner && dataOwner.uid !== 0) return dataOwner; // root's data is handed to nobody
  const nobody = entries.find((entry) => entry.name === 'nobody' && entry.uid !== 0);
  if (nobody) return { uid: nobody.uid, gid: nobody.gid };
  throw new EmbeddedStartError(
    `PostgreSQL does not run as root, and /etc/passwd has no account named nobody to run it as. ${wayOut}`,
  );
}

/** Undefined when the app is not root: the server then runs as the app's own user. */
export async function serverAccount(data: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(data).then(
    ({ uid, gid }) => ({ uid, gid }),
    (error: unknown) => {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    },
  );
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return chooseAccount(parsePasswd(passwd), owner);
}

/** How child_process wants it: libuv takes ids as signed 32-bit numbers. */
export const spawnAs = (account: Account | undefined) =>
  account ? { uid: account.uid | 0, gid: account.gid | 0 } : {};

export interface Permissions extends Account {
  mode: number;
}

/** Whether the account may pass through a folder. Blind to ACLs: a wrong no only costs a copy. */
export function mayTraverse(folder: Permissions, account: Account): boolean {
  if (folder.uid === account.uid) return (folder.mode & 0o100) !== 0;
  if (folder.gid === account.gid) return (folder.mode & 0o010) !== 0;
  return (folder.mode & 0o001) !== 0;
}
