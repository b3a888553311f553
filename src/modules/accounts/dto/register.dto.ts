import { z } from 'zod';
import { nameSchema, objectMessage } from '../../../kernel/http/body-values.js';

// bcrypt reads no more; the rest of a longer password would not be needed to log in.
const MAX_PASSWORD_BYTES = 72;

const emailSchema = z
  .string('must be a string')
  .max(255, 'must have at most 255 characters')
  // The rule of a browser's e-mail field, which was also the old API's.
  .regex(z.regexes.html5Email, 'must be an e-mail address')
  .meta({
    format: 'email',
    description: 'Compared exactly: addresses that differ in case are two accounts, as in the old API.',
  });

const passwordSchema = z
  .string('must be a string')
  .min(8, 'must have at least 8 characters')
  .refine(
    (text) => Buffer.byteLength(text) <= MAX_PASSWORD_BYTES,
    `must have at most ${MAX_PASSWORD_BYTES} bytes in UTF-8`,
  )
  .refine((text) => !text.includes('\0'), 'must not contain a NUL character')
  .meta({ description: `At most ${MAX_PASSWORD_BYTES} bytes in UTF-8.` });

export const registerBodySchema = z
  .object({ email: emailSchema, password: passwordSchema, name: nameSchema }, objectMessage)
  .meta({
    id: 'RegisterBody',
    example: { email: 'tenant1@example.com', password: 'a long password', name: 'Tenant 1' },
  });

export type RegisterBody = z.output<typeof registerBodySchema>;
