import { z } from 'zod';

export const urlWith = (...protocols: string[]) =>
  z.string().refine((value) => isUrlOf(value, protocols), {
    message: `must be a valid URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  });

export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

function isUrlOf(value: string, protocols: readonly string[]): boolean {
  try {
    const { protocol, username, password, pathname } = new URL(value);
    // The driver decodes these, and its error would show the whole URL.
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return protocols.includes(protocol);
  } catch {
    return false;
  }
}
