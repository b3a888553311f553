import { z } from 'zod';
import { timestampSchema } from '../../../kernel/http/validation.js';

export const endpointSchema = z
  .object({
    id: z.guid(),
    application_id: z.guid(),
    name: z.string(),
    webhook_url: z.string(),
    description: z.string().nullable(),
    hmac_secret: z.string(),
    chain_ids: z.array(z.number().int()),
    contract_addresses: z.array(z.string()),
    event_signatures: z.array(z.string()),
    is_active: z.boolean(),
    created_at: timestampSchema.nullable(),
    updated_at: timestampSchema.nullable(),
  })
  .meta({ id: 'Endpoint' });

export type EndpointDto = z.infer<typeof endpointSchema>;

export const endpointListSchema = z
  .object({ endpoints: z.array(endpointSchema), total: z.number().int().nonnegative() })
  .meta({ id: 'EndpointList' });

export type EndpointListDto = z.infer<typeof endpointListSchema>;

export const endpointExample: EndpointDto = {
  id: '5f0c6a3e-8f4b-4d0a-9a57-2f1f6f0f3c11',
  application_id: '3d1f5a52-6f0e-4a55-9d0f-0a8d2f6f3b21',
  name: 'Production webhook',
  webhook_url: 'https://hooks.example.com/ethhook',
  description: null,
  hmac_secret: 'EXAMPLEexampleEXAMPLEexampleEXAMPLEexampleEXAMPLEexample01234567',
  chain_ids: [1],
  contract_addresses: ['0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'],
  event_signatures: ['0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'],
  is_active: true,
  created_at: '2026-01-02T03:04:05.123456Z',
  updated_at: '2026-01-02T03:04:05.123456Z',
};

export const endpointListExample: EndpointListDto = { endpoints: [endpointExample], total: 1 };
