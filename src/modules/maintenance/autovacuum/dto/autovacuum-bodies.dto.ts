import { z } from 'zod';
import { objectMessage, textSchema } from '../../../../kernel/http/body-values.js';
import { askFields } from '../../runs/dto/ask-run.body.js';

const table = textSchema(200).min(1, 'must not be empty');

export const applyAutovacuumBodySchema = z
  .strictObject(
    {
      ...askFields,
      table: table.optional().meta({
        description:
          '`schema.table`; without it all that are worth it. Named, it is set also after somebody has taken it back.',
      }),
    },
    objectMessage,
  )
  .prefault({})
  .meta({ id: 'ApplyAutovacuumBody', example: { table: 'public.events', dry_run: true } });

export type ApplyAutovacuumBody = z.output<typeof applyAutovacuumBodySchema>;

export const revertAutovacuumBodySchema = z
  .strictObject({ ...askFields, table: table.meta({ description: '`schema.table`' }) }, objectMessage)
  .meta({
    id: 'RevertAutovacuumBody',
    example: { table: 'public.events', reason: 'it is vacuumed too often' },
  });

export type RevertAutovacuumBody = z.output<typeof revertAutovacuumBodySchema>;
