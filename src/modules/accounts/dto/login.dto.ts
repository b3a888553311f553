import { z } from 'zod';
import { userExample, userSchema } from './user.dto.js';

export const loginBodySchema = z
  .object(
    {
      email: z
        .string('must be a string')
        .min(1, 'must not be empty')
        .max(255, 'must have at most 255 characters')
        .refine((text) => !text.includes('\0'), 'must not contain a NUL character'),
      // bcrypt reads 72 bytes; the bound keeps a huge body from being hashed.
      password: z
        .string('must be a string')
        .min(1, 'must not be empty')
        .max(1024, 'must have at most 1024 characters'),
    },
    'must be a JSON object',
  )
  .meta({ id: 'LoginBody', example: { email: 'tenant1@example.com', password: 'demo-password' } });

export type LoginBody = z.infer<typeof loginBodySchema>;

export const sessionSchema = z
  .object({ user: userSchema, token: z.string().meta({ description: 'JWT for the Authorization header.' }) })
  .meta({ id: 'Session' });

export type SessionDto = z.infer<typeof sessionSchema>;

export const sessionExample: SessionDto = {
  user: userExample,
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI1ZjBjIn0.c2ln',
};
