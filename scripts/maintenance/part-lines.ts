import type {
  AutovacuumProposalsDto,
  BloatDto,
  ConfigurationAdviceDto,
  IndexEvidenceDto,
  RetentionDto,
  RetentionEstimateDto,
} from '../../src/modules/maintenance/index.js';
import { bytes, shortTime, table } from './table.js';

export const proposalLines = ({ autovacuum_is_on, tables }: AutovacuumProposalsDto): string[] => [
  ...(autovacuum_is_on ? [] : ['autovacuum is off on this server: nothing of this has an effect']),
  ...table(
    tables.flatMap(({ table: name, rows, settings }) =>
      settings.map(({ setting, current, proposed, state, reason }) => ({
        ...{ table: name, rows, setting, current, proposed, state, reason },
      })),
    ),
    'nothing to propose',
  ),
];

export const adviceLines = ({
  settings,
  machine,
  why_not,
  pending_restarts,
}: ConfigurationAdviceDto): string[] => [
  ...Object.entries(machine).map(
    ([name, { value, source }]) => `${name.replace('_', ' ')}: ${value ?? 'not to be seen'} (${source})`,
  ),
  ...table(
    settings.map(({ name, current, proposed, is_different, needs_restart, reason }) => ({
      setting: name,
      current,
      proposed,
      differs: is_different ? (needs_restart ? 'yes, restart' : 'yes') : 'no',
      reason,
    })),
    'no advice',
  ),
  ...(why_not === null ? [] : [`apply cannot set them: ${why_not}; advise --format gives the patch`]),
  ...pending_restarts.map(
    ({ name, after_restart }) => `waits for a restart: ${name} = ${after_restart ?? 'its default'}`,
  ),
];

export const evidenceLines = ({
  since,
  servers,
  notes,
  invalid,
  proposals,
  dropped,
}: IndexEvidenceDto): string[] => [
  `scans on ${servers} server(s) since ${shortTime(since) ?? ''}`,
  ...notes,
  ...table(
    [
      ...invalid.map((index) => ({ ...index, kind: `invalid, ${index.state}`, reason: index.definition })),
      ...proposals,
    ].map(({ schema, index, kind, size_bytes, reason }) => ({
      index: `${schema}.${index}`,
      kind,
      size: bytes(size_bytes),
      reason,
    })),
    'nothing to propose',
  ),
  ...dropped.map(
    ({ schema, index, dropped_at }) =>
      `dropped, to be restored: ${schema}.${index}, ${shortTime(dropped_at) ?? ''}`,
  ),
];

export const bloatLines = ({ tables, indexes }: BloatDto): string[] =>
  table(
    [...tables.map((one) => ({ ...one, index: null })), ...indexes].map((one) => ({
      table: `${one.schema}.${one.table}`,
      index: one.index,
      size: bytes(one.size_bytes),
      wasted: bytes(one.wasted_bytes),
      share: `${Math.round(one.wasted_ratio * 100)} %`,
      by: one.source,
    })),
    'nothing wastes more than 10 % and 1 MB',
  );

/** With what it is, for JSON. */
export function retentionLines<Dto extends RetentionDto | RetentionEstimateDto>(dto: Dto): [Dto, string[]] {
  if ('tables' in dto)
    return [
      dto,
      [
        `of ${dto.days} days: what was ingested before ${shortTime(dto.before) ?? ''}; ${dto.pending_events} events without an outcome stay`,
        ...table(
          dto.tables.map(({ table: name, rows, of_rows, bytes: size }) => ({
            ...{ table: name, rows, 'of rows': of_rows, size: bytes(size) },
          })),
          'nothing',
        ),
        ...table(
          dto.users.map(({ user_id, attempts, events }) => ({ user: user_id, attempts, events })),
          'no user is affected',
        ),
      ],
    ];
  const { days, attempts_before, events_before, refused } = dto;
  return [
    dto,
    [
      days === 0 ? 'RETENTION_DAYS is 0: nothing is removed' : `events are kept for ${days} days`,
      `attempts may be gone from before ${shortTime(attempts_before) ?? 'never'}, events from before ${shortTime(events_before) ?? 'never'}`,
      ...refused.map((reason) => `a run would be refused: ${reason}`),
    ],
  ];
}
