import { z } from 'zod';

/** PostgreSQL stores no NUL character. */
export const textSchema = (maxLength: number) =>
  z
    .string('must be a string')
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine((text) => !text.includes('\0'), 'must not contain a NUL character');

/** What a person calls something: blanks around it do not count. */
export const nameSchema = z
  .string('must be a string')
  .trim()
  .min(1, 'must not be empty')
  .max(100, 'must have at most 100 characters')
  .refine((text) => !text.includes('\0'), 'must not contain a NUL character');

export const objectMessage = 'must be a JSON object';
