import { z } from 'zod';
import { timestampSchema } from '../../../kernel/http/validation.js';
import type { UserRow } from '../queries/user-columns.js';

export const userSchema = z
  .object({
    id: z.guid(),
    email: z.string(),
    name: z.string().meta({ description: 'Empty when the user has none.' }),
    is_admin: z.boolean(),
    created_at: timestampSchema.nullable(),
  })
  .meta({ id: 'User' });

export type UserDto = z.infer<typeof userSchema>;

export const userExample: UserDto = {
  id: '5f0c6a3e-8f4b-4d0a-9a57-2f1f6f0f3c11',
  email: 'tenant1@example.com',
  name: 'Tenant 1',
  is_admin: false,
  created_at: '2026-01-02T03:04:05.123456Z',
};

export const toUserDto = ({ id, email, name, isAdmin, createdAt }: UserRow): UserDto => ({
  id,
  email,
  name,
  is_admin: isAdmin,
  created_at: createdAt,
});
