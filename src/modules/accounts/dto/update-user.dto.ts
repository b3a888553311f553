import { z } from 'zod';
import { objectMessage, textSchema } from '../../../kernel/http/body-values.js';

export const updateUserBodySchema = z
  .object({ name: textSchema(100).meta({ description: 'Not empty, nor blanks alone.' }) }, objectMessage)
  .meta({ id: 'UpdateUserBody', example: { name: 'Tenant 1' } });

export type UpdateUserBody = z.output<typeof updateUserBodySchema>;
