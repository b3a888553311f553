import { z } from 'zod';

const seenSchema = z.object({
  value: z
    .union([z.number(), z.string()])
    .nullable()
    .meta({ description: 'null: not to be seen from here.' }),
  source: z.string(),
});

const settingAdviceSchema = z.object({
  name: z.string(),
  current: z.string().nullable().meta({
    description:
      'What the server runs with; null: our own sessions set it, and the server is not to be seen.',
  }),
  proposed: z.string().nullable().meta({ description: 'null: the reason says why there is nothing to say.' }),
  is_different: z.boolean(),
  needs_restart: z.boolean(),
  reason: z.string(),
  why_not: z.string().nullable().meta({ description: 'Why apply-setting cannot set it; null: it can.' }),
});

export const configurationAdviceSchema = z
  .object({
    machine: z.object({
      ram_bytes: seenSchema,
      cpus: seenSchema,
      storage: seenSchema,
      connections: seenSchema,
    }),
    can_apply: z.boolean(),
    why_not: z.string().nullable(),
    settings: z.array(settingAdviceSchema),
    pending_restarts: z
      .array(z.object({ name: z.string(), current: z.string(), after_restart: z.string().nullable() }))
      .meta({ description: 'Set, and waiting for a restart, which is never done from here.' }),
    patch: z
      .object({
        postgresql_conf: z.string(),
        alter_system: z.string(),
        rds_parameter_group: z.string(),
        docker_compose: z.string(),
      })
      .meta({ description: 'All that differs, for who keeps the configuration.' }),
  })
  .meta({ id: 'ConfigurationAdvice' });

export type ConfigurationAdviceDto = z.infer<typeof configurationAdviceSchema>;

export const configurationAdviceExample: ConfigurationAdviceDto = {
  machine: {
    ram_bytes: { value: 8_589_934_592, source: "the machine's RAM" },
    cpus: { value: 4, source: "the machine's CPUs" },
    storage: { value: 'ssd', source: 'the block device of the data folder' },
    connections: { value: 50, source: 'a pool of 50 in 1 instance(s), 0 sessions of other programs now' },
  },
  can_apply: true,
  why_not: null,
  settings: [
    {
      name: 'shared_buffers',
      current: '128MB',
      proposed: '2GB',
      is_different: true,
      needs_restart: true,
      reason: "a quarter of 8GB: the machine's RAM",
      why_not: null,
    },
  ],
  pending_restarts: [{ name: 'shared_buffers', current: '128MB', after_restart: '2GB' }],
  patch: {
    postgresql_conf: "shared_buffers = '2GB'  # needs a restart",
    alter_system: "ALTER SYSTEM SET shared_buffers = '2GB';",
    rds_parameter_group:
      '[{"ParameterName":"shared_buffers","ParameterValue":"262144","ApplyMethod":"pending-reboot"}]',
    docker_compose: 'command:\n  - postgres\n  - -c\n  - "shared_buffers=2GB"',
  },
};
