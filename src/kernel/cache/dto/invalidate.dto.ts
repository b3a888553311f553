import { z } from 'zod';
import { uuidSchema } from '../../http/validation.js';

const one = 'one of tenant_id, application_id, endpoint_id and all is needed';

export const invalidateBodySchema = z
  .strictObject({
    tenant_id: uuidSchema.optional().meta({ description: "All of a user's answers." }),
    application_id: uuidSchema
      .optional()
      .meta({ description: 'Answers that name the application, and all that its API key is given.' }),
    endpoint_id: uuidSchema.optional().meta({ description: 'Answers that name the endpoint.' }),
    all: z.literal(true, 'must be true').optional().meta({ description: 'Every answer of everybody.' }),
  })
  .refine((body) => Object.values(body).some((value) => value !== undefined), one)
  .meta({ id: 'InvalidateBody', example: { tenant_id: '3f2b8c1e-7a54-4a8e-9c58-0d6f3f1c9b11' } });

export type InvalidateBody = z.output<typeof invalidateBodySchema>;

export const invalidatedSchema = z
  .object({
    tags: z.array(z.string()).meta({ description: 'What was invalidated.' }),
    reached: z.enum(['all', 'self']).meta({
      description:
        '`all`: no instance gives an older answer; `self`: this one, since Redis is away or there is none. The others forget ' +
        'everything as soon as they have their Redis again.',
    }),
  })
  .meta({ id: 'Invalidated' });

export type InvalidatedDto = z.infer<typeof invalidatedSchema>;

export const invalidatedExample: InvalidatedDto = {
  tags: ['tenant:3f2b8c1e-7a54-4a8e-9c58-0d6f3f1c9b11'],
  reached: 'all',
};
