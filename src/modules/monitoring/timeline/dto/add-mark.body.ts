import { z } from 'zod';
import { nameSchema, objectMessage, textSchema } from '../../../../kernel/http/body-values.js';
import { queryInstant } from '../../../../kernel/http/query-values.js';

export const addMarkBodySchema = z
  .strictObject(
    {
      name: nameSchema.meta({ description: 'What was changed, in a few words.' }),
      at: queryInstant.optional().meta({ description: 'When; now, unless it is said.' }),
      note: textSchema(2000).optional(),
    },
    objectMessage,
  )
  .meta({ id: 'AddMarkBody', example: { name: 'moved to a larger machine', note: '16 GB instead of 8' } });

export type AddMarkBody = z.output<typeof addMarkBodySchema>;
