import { z } from 'zod';
import { uuidSchema } from '../../../kernel/http/validation.js';
import { nameSchema, objectMessage, textSchema } from '../../../kernel/http/body-values.js';

const INT4_MAX = 2_147_483_647;
const chainMessage = `must be a whole number from 1 to ${INT4_MAX}`;
const addressMessage = 'must be 0x and 40 hexadecimal digits';
const signatureMessage =
  'must be 0x and 64 hexadecimal digits, or a signature such as Transfer(address,address,uint256)';
// EthHook's index on contract_addresses takes a list of at most 2.7 kB, which 55 addresses fill.
const MAX_CONTRACTS = 50;

const listOf = <Item extends z.ZodType>(item: Item, max: number) =>
  z
    .array(item, 'must be a list')
    .max(max, `must have at most ${max} items`)
    .transform((items) => [...new Set(items)])
    .meta({ description: 'What comes twice is kept once.' });

const chainIds = listOf(z.int(chainMessage).min(1, chainMessage).max(INT4_MAX, chainMessage), 100);

const contractAddresses = listOf(
  z
    .string(addressMessage)
    .regex(/^0x[0-9a-fA-F]{40}$/, addressMessage)
    .toLowerCase(),
  MAX_CONTRACTS,
);

// A topic is stored in lower case; the names in a signature have their own case.
const eventSignatures = listOf(
  textSchema(255)
    .min(1, 'must not be empty')
    .refine((text) => !/^0x/i.test(text) || /^0x[0-9a-f]{64}$/i.test(text), signatureMessage)
    .transform((text) => (/^0x/i.test(text) ? text.toLowerCase() : text)),
  100,
);

const webhookUrl = textSchema(2048)
  .min(1, 'must not be empty')
  .meta({ description: 'http or https, to a public host unless the server allows private ones.' });

const description = textSchema(200);

export const createEndpointBodySchema = z
  .object(
    {
      application_id: uuidSchema,
      name: nameSchema,
      webhook_url: webhookUrl,
      description: description.nullish(),
      chain_ids: chainIds,
      contract_addresses: contractAddresses,
      event_signatures: eventSignatures,
    },
    objectMessage,
  )
  .meta({
    id: 'CreateEndpointBody',
    example: {
      application_id: '3d1f5a52-6f0e-4a55-9d0f-0a8d2f6f3b21',
      name: 'Production webhook',
      webhook_url: 'https://hooks.example.com/ethhook',
      chain_ids: [1],
      contract_addresses: ['0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'],
      event_signatures: ['0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'],
    },
  });

export type CreateEndpointBody = z.output<typeof createEndpointBodySchema>;

/** What is not sent stays. */
export const updateEndpointBodySchema = z
  .object(
    {
      name: nameSchema.optional(),
      webhook_url: webhookUrl.optional(),
      description: description.nullish().meta({ description: 'null clears it.' }),
      chain_ids: chainIds.optional(),
      contract_addresses: contractAddresses.optional(),
      event_signatures: eventSignatures.optional(),
      is_active: z.boolean('must be true or false').optional(),
    },
    objectMessage,
  )
  .meta({ id: 'UpdateEndpointBody', example: { name: 'Production webhook', is_active: false } });

export type UpdateEndpointBody = z.output<typeof updateEndpointBodySchema>;
