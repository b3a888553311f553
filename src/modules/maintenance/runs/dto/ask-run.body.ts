import { z } from 'zod';
import { objectMessage, textSchema } from '../../../../kernel/http/body-values.js';

const booleanMessage = 'must be true or false';

export const reasonSchema = textSchema(500)
  .optional()
  .meta({ description: 'Why, for the history and the audit log.' });

/** What may be said of every run that is asked for. */
export const askFields = {
  dry_run: z
    .boolean(booleanMessage)
    .default(false)
    .meta({ description: 'Lists what would be done, and changes nothing.' }),
  force: z
    .boolean(booleanMessage)
    .default(false)
    .meta({ description: 'Also while paused, outside the windows, and where the preflight says no.' }),
  reason: reasonSchema,
};

export const askRunBodySchema = z
  .strictObject(
    {
      ...askFields,
      parameters: z
        .record(z.string(), z.unknown(), objectMessage)
        .default({})
        .meta({ description: "By the job's own schema, which GET jobs/:name shows." }),
    },
    objectMessage,
  )
  .prefault({})
  .meta({ id: 'AskRunBody', example: { dry_run: true, reason: 'a look before the weekend' } });

export type AskRunBody = z.output<typeof askRunBodySchema>;

export const pauseBodySchema = z
  .strictObject({ reason: reasonSchema }, objectMessage)
  .prefault({})
  .meta({ id: 'PauseBody', example: { reason: 'the import runs tonight' } });

export type PauseBody = z.output<typeof pauseBodySchema>;
