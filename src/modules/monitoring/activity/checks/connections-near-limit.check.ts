import type { QueryRunner } from '../../../../kernel/database/database.js';
import { literal } from '../../../maintenance/index.js';
import type { Check, CheckResult } from '../../checks/check.js';
import { ActivityReads, type ConnectionLimitsRow, type ConnectionsRow } from '../activity.reads.js';
import { sessionLimits } from '../limits.js';
import type { ActivityBounds } from './activity-bounds.js';
import { percent } from './fixes.js';

const CRITICAL_RATIO = 0.95;

export class ConnectionsNearLimitCheck implements Check {
  readonly name = 'connections-near-limit';
  readonly cadence = 'minutely';
  readonly description: string;

  constructor(private readonly bounds: ActivityBounds) {
    this.description = `${percent(bounds.connectionsRatio)} or more of the connections that are not reserved are taken.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const reads = new ActivityReads(runner);
    const limits = await reads.connectionLimits();
    const available = Math.max(1, limits.maxConnections - limits.superuserReserved - limits.reserved);
    const ratio = limits.used / available;
    if (ratio < this.bounds.connectionsRatio) return { findings: [], limits: [] };
    const [largest] = await reads.connections(1);
    return {
      findings: [
        {
          object: '',
          severity: ratio >= CRITICAL_RATIO ? 'critical' : 'warning',
          title: `${limits.used} of ${available} connections are taken`,
          evidence: {
            ...{ used: limits.used, available, used_ratio: ratio, bound_ratio: this.bounds.connectionsRatio },
            ...{
              max_connections: limits.maxConnections,
              idle: limits.idle,
              of_ethhook_admin: limits.oursUsed,
            },
            ...largestGroup(largest),
          },
          why: 'Whoever comes next is refused with "too many clients", and so are new connections of our pools.',
          fixSql: fixOf(limits),
          advice:
            'Make the pools smaller, or put PgBouncer in front: most connections are idle. A higher max_connections takes a restart, ' +
            'and memory for each.',
          action: null,
        },
      ],
      limits: sessionLimits(await reads.viewer(), 'what connections do is not all seen'),
    };
  }
}

const largestGroup = (group: ConnectionsRow | undefined) => ({
  largest_group:
    group === undefined ? null : `${group.user}, "${group.application ?? ''}", ${group.state ?? 'unknown'}`,
  largest_group_connections: group?.count ?? 0,
});

/** Who has done nothing for an hour is in no pool that is in use. */
function fixOf({ idleLong, idleLongUser, idleLongApplication }: ConnectionLimitsRow): string | null {
  if (idleLong === 0 || idleLongUser === null) return null;
  return (
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' AND state_change < now() - INTERVAL '1 hour' ` +
    `AND usename = ${literal(idleLongUser)} AND application_name = ${literal(idleLongApplication ?? '')};`
  );
}
