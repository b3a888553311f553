import { z } from 'zod';

const settingSchema = z.object({
  setting: z.string(),
  current: z.string().nullable().meta({ description: "null: the server's own setting holds." }),
  proposed: z.string(),
  state: z.enum(['new', 'changed', 'ours', 'theirs', 'withdrawn', 'not owner']).meta({
    description:
      '`new` and `changed` are to be set, `ours` is as it should be. `theirs` was set by somebody else and `withdrawn` ' +
      'taken back: both stay as they are. `not owner`: the statement is for the owner.',
  }),
  reason: z.string(),
});

export const autovacuumProposalSchema = z
  .object({
    table: z.string(),
    owner: z.string(),
    rows: z.number().nonnegative(),
    bytes: z.number().nonnegative(),
    dead_rows: z.number().nonnegative(),
    inserts_per_day: z.number().nonnegative(),
    changes_per_day: z.number().nonnegative().meta({ description: 'Updates and deletes.' }),
    statistics_days: z.number().nonnegative().meta({ description: 'Age of the counters.' }),
    all_visible_percent: z.number().min(0).max(100).nullable(),
    freeze_age_percent: z.number().nonnegative().meta({ description: 'Of autovacuum_freeze_max_age.' }),
    settings: z.array(settingSchema),
    statement: z.string().nullable(),
  })
  .meta({ id: 'AutovacuumProposal' });

export type AutovacuumProposalDto = z.infer<typeof autovacuumProposalSchema>;

export const autovacuumProposalsSchema = z
  .object({
    autovacuum_is_on: z.boolean(),
    tables: z.array(autovacuumProposalSchema).meta({ description: 'The largest first.' }),
  })
  .meta({ id: 'AutovacuumProposals' });

export type AutovacuumProposalsDto = z.infer<typeof autovacuumProposalsSchema>;

export const autovacuumProposalsExample: AutovacuumProposalsDto = {
  autovacuum_is_on: true,
  tables: [
    {
      table: 'public.delivery_attempts',
      owner: 'ethhook',
      rows: 5_600_000,
      bytes: 1_300_000_000,
      dead_rows: 210_000,
      inserts_per_day: 190_000,
      changes_per_day: 26_000,
      statistics_days: 30,
      all_visible_percent: 71,
      freeze_age_percent: 12,
      settings: [
        {
          setting: 'autovacuum_vacuum_scale_factor',
          current: null,
          proposed: '0.05',
          state: 'new',
          reason:
            'vacuum after dead rows: at 280,050 of 5,600,000, every 11 days, instead of 1,120,050, every 43 days',
        },
      ],
      statement: 'ALTER TABLE public.delivery_attempts SET (autovacuum_vacuum_scale_factor = 0.05)',
    },
  ],
};
