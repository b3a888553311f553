import { z } from 'zod';
import { objectMessage, textSchema } from '../../../../kernel/http/body-values.js';
import { askFields } from '../../runs/dto/ask-run.body.js';

const nameMessage = 'must be the name of a setting, such as shared_buffers';
const name = z.string(nameMessage).regex(/^[a-z][a-z0-9_.]{0,62}$/, nameMessage);

export const applySettingBodySchema = z
  .strictObject(
    {
      ...askFields,
      name,
      value: textSchema(200)
        .min(1, 'must not be empty')
        .optional()
        .meta({ description: 'What is proposed without it.' }),
    },
    objectMessage,
  )
  .meta({ id: 'ApplySettingBody', example: { name: 'work_mem', dry_run: true } });

export type ApplySettingBody = z.output<typeof applySettingBodySchema>;

export const revertSettingBodySchema = z
  .strictObject({ ...askFields, name }, objectMessage)
  .meta({ id: 'RevertSettingBody', example: { name: 'work_mem', reason: 'sorts spill no more' } });

export type RevertSettingBody = z.output<typeof revertSettingBodySchema>;

export const patchFormats = [
  'postgresql_conf',
  'alter_system',
  'rds_parameter_group',
  'docker_compose',
] as const;

export const patchQuerySchema = z.strictObject({
  format: z
    .enum(patchFormats, `must be one of ${patchFormats.join(', ')}`)
    .default('postgresql_conf')
    .meta({ description: 'The lines of postgresql.conf without it.' }),
});

export type PatchQuery = z.output<typeof patchQuerySchema>;
