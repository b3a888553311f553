import { z } from 'zod';
import { cursorFields } from '../../../kernel/http/cursor-paging.js';
import { uuidSchema } from '../../../kernel/http/validation.js';
import { textSchema } from '../../../kernel/http/body-values.js';

export const listAuditLogsQuerySchema = z.strictObject({
  ...cursorFields,
  action: textSchema(255).optional().meta({ description: 'Only this action, e.g. endpoint.updated.' }),
  resource_type: textSchema(100).optional().meta({ description: 'user, application or endpoint.' }),
  resource_id: uuidSchema.optional(),
});

export type ListAuditLogsQuery = z.output<typeof listAuditLogsQuerySchema>;
