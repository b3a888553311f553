import { z } from 'zod';
import { cursorFields } from '../../../../kernel/http/cursor-paging.js';
import { runStates } from './run.dto.js';

const nameMessage = 'must be the name of a job: lower case letters, digits and hyphens';

export const jobNameSchema = z.string(nameMessage).regex(/^[a-z][a-z0-9-]{0,99}$/, nameMessage);

export const jobParamSchema = z.object({ name: jobNameSchema });
export type JobParam = z.output<typeof jobParamSchema>;

const idMessage = 'must be the id of a run, a whole number';

export const runParamSchema = z.object({
  // Below 2^63, and as PostgreSQL writes it.
  id: z.string(idMessage).regex(/^[1-9]\d{0,17}$/, idMessage),
});
export type RunParam = z.output<typeof runParamSchema>;

export const listRunsQuerySchema = z.strictObject({
  ...cursorFields,
  job: jobNameSchema.optional().meta({ description: 'Only runs of this job.' }),
  outcome: z
    .enum(runStates, `must be one of ${runStates.join(', ')}`)
    .optional()
    .meta({ description: 'Only runs in this state.' }),
});

export type ListRunsQuery = z.output<typeof listRunsQuerySchema>;

export const runEventsQuerySchema = z.strictObject({
  token: z
    .string()
    .optional()
    .meta({ description: 'In place of the Authorization header, which EventSource cannot send.' }),
});

export type RunEventsQuery = z.output<typeof runEventsQuerySchema>;
