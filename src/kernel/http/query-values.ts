import { z } from 'zod';

const MAX_CHAINS = 50;
const INT4_MAX = 2_147_483_647;
const chainListMessage = `must be 1 to ${MAX_CHAINS} chain ids, separated by commas`;
const instantMessage =
  'must be an RFC 3339 time (2026-01-02T03:04:05Z) or a date (2026-01-02, midnight UTC), not before 1970';

/** Chain ids, separated by commas: each once, in order. */
export const queryChainIds = z
  .string(chainListMessage)
  .regex(/^\d{1,10}(,\d{1,10}){0,49}$/, chainListMessage)
  .transform((text) => [...new Set(text.split(',').map(Number))].sort((a, b) => a - b))
  .refine((ids) => ids.every((id) => id <= INT4_MAX), `each must be at most ${INT4_MAX}`);

/** A time as it was written, so that PostgreSQL reads its microseconds. A URL's plain "+" arrives as a blank. */
export const queryInstant = z
  .string(instantMessage)
  .transform((text) => text.replace(' ', '+'))
  .refine(isInstant, instantMessage);

/** `0x` and so many bytes in hex, of any case; in lower case, as it is stored. */
export const queryHex = (bytes: number) => {
  const message = `must be 0x and ${bytes * 2} hexadecimal digits`;
  return z
    .string(message)
    .refine((text) => text.length === 2 + bytes * 2 && /^0x[0-9a-f]+$/i.test(text), message)
    .transform((text) => text.toLowerCase());
};

function isInstant(text: string): boolean {
  const date =
    /^((?:19[7-9]|[2-9]\d\d)\d-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(
      text,
    );
  if (date === null || Number.isNaN(Date.parse(text))) return false;
  // Date.parse takes 2026-02-31 for March; PostgreSQL would refuse it.
  const [, day = ''] = date;
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
