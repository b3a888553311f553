import { z } from 'zod';
import { objectMessage, textSchema } from '../../../../../kernel/http/body-values.js';
import { cursorFields } from '../../../../../kernel/http/cursor-paging.js';
import { queryInstant } from '../../../../../kernel/http/query-values.js';
import { checkNameSchema } from '../../dto/look.dto.js';
import { findingStates } from './finding.dto.js';

const severities = ['info', 'warning', 'critical'] as const;

export const listFindingsQuerySchema = z.strictObject({
  ...cursorFields,
  state: z
    .enum(findingStates, `must be one of ${findingStates.join(', ')}`)
    .optional()
    .meta({ description: 'All without it.' }),
  severity: z.enum(severities, `must be one of ${severities.join(', ')}`).optional(),
  check: checkNameSchema.optional().meta({ description: 'Only what this check has found.' }),
});

export type ListFindingsQuery = z.output<typeof listFindingsQuerySchema>;

export const ignoreBodySchema = z
  .strictObject(
    {
      reason: textSchema(500)
        .trim()
        .min(1, 'must not be empty')
        .meta({ description: 'Why nothing is to be done, for who comes later and the audit log.' }),
      until: queryInstant
        .optional()
        .meta({ description: 'In the future; ignored for good without it. It is told of again after that.' }),
    },
    objectMessage,
  )
  .meta({
    id: 'IgnoreFindingBody',
    example: { reason: 'the import of March needs it', until: '2096-04-01T00:00:00Z' },
  });

export type IgnoreBody = z.output<typeof ignoreBodySchema>;
