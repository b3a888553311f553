import { z } from 'zod';
import { timestampSchema } from '../../../kernel/http/validation.js';
import { nameSchema, objectMessage, textSchema } from '../../../kernel/http/body-values.js';

export const applicationSchema = z
  .object({
    id: z.guid(),
    user_id: z.guid(),
    name: z.string(),
    description: z.string().nullable(),
    api_key: z
      .string()
      .nullable()
      .meta({ description: 'null for an application that is older than keys; regenerate-key gives it one.' }),
    webhook_secret: z.string(),
    is_active: z.boolean(),
    created_at: timestampSchema.nullable(),
    updated_at: timestampSchema.nullable(),
  })
  .meta({ id: 'Application' });

export type ApplicationDto = z.infer<typeof applicationSchema>;

export const applicationListSchema = z
  .object({ applications: z.array(applicationSchema), total: z.number().int().nonnegative() })
  .meta({ id: 'ApplicationList' });

export type ApplicationListDto = z.infer<typeof applicationListSchema>;

const description = textSchema(500);

export const createApplicationBodySchema = z
  .object({ name: nameSchema, description: description.nullish() }, objectMessage)
  .meta({
    id: 'CreateApplicationBody',
    example: { name: 'Wallet', description: 'Deposits and withdrawals' },
  });

export type CreateApplicationBody = z.output<typeof createApplicationBodySchema>;

/** What is not sent stays. */
export const updateApplicationBodySchema = z
  .object(
    {
      name: nameSchema.optional(),
      description: description.nullish().meta({ description: 'null clears it.' }),
      is_active: z.boolean('must be true or false').optional(),
    },
    objectMessage,
  )
  .meta({ id: 'UpdateApplicationBody', example: { name: 'Wallet', is_active: false } });

export type UpdateApplicationBody = z.output<typeof updateApplicationBodySchema>;

export const applicationExample: ApplicationDto = {
  id: '3d1f5a52-6f0e-4a55-9d0f-0a8d2f6f3b21',
  user_id: '5f0c6a3e-8f4b-4d0a-9a57-2f1f6f0f3c11',
  name: 'Wallet',
  description: 'Deposits and withdrawals',
  api_key: 'ethk_EXAMPLEexampleEXAMPLEexample0123',
  webhook_secret: 'EXAMPLEexampleEXAMPLEexampleEXAMPLEexampleEXAMPLEexample01234567',
  is_active: true,
  created_at: '2026-01-02T03:04:05.123456Z',
  updated_at: '2026-01-02T03:04:05.123456Z',
};

export const applicationListExample: ApplicationListDto = { applications: [applicationExample], total: 1 };
