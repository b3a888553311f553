import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { diskView, type DiskView } from '../disk-view.js';
import { ObjectsReadModel } from '../objects.read-model.js';
import { megabytes } from './bounds.js';

export interface DiskBounds {
  warningDays: number;
  criticalDays: number;
  /** Less is an emergency, however slowly it fills: PostgreSQL stops when it cannot write its log. */
  minFreeBytes: number;
}

export const diskBounds: DiskBounds = { warningDays: 30, criticalDays: 7, minFreeBytes: 1024 ** 3 };

export class DiskFullCheck implements Check {
  readonly name = 'disk-full';
  readonly description: string;
  readonly cadence = 'minutely';

  constructor(private readonly bounds = diskBounds) {
    this.description =
      `The disk of the data is full in ${bounds.warningDays} days or less if it goes on as in the last 14, or has less than ` +
      `${megabytes(bounds.minFreeBytes)} left.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const view = await diskView(new ObjectsReadModel(runner));
    if (view.freeBytes === null) return { findings: [], limits: view.limits };
    return { findings: this.findings(view, view.freeBytes), limits: view.limits };
  }

  private findings({ forecast }: DiskView, freeBytes: number): Finding[] {
    const { daysLeft, soonest, latest, sureness, text } = forecast;
    const { warningDays, criticalDays, minFreeBytes } = this.bounds;
    const isEmpty = freeBytes < minFreeBytes;
    if (!isEmpty && (daysLeft === null || daysLeft > warningDays)) return [];
    const isCritical = isEmpty || (daysLeft !== null && daysLeft <= criticalDays && sureness === 'high');
    const when = daysLeft === null ? '' : `, and full in ${daysLeft.toFixed(1)} days: ${text}`;
    return [
      {
        object: '',
        severity: isCritical ? 'critical' : 'warning',
        title: `The disk of the data has ${megabytes(freeBytes)} left${when}`,
        evidence: {
          free_bytes: freeBytes,
          bound_free_bytes: minFreeBytes,
          days_left: rounded(daysLeft),
          bound_days_left: warningDays,
          days_left_soonest: rounded(soonest),
          days_left_latest: rounded(latest),
          sureness,
        },
        why: 'A full disk stops every write, and PostgreSQL itself when it cannot write its log.',
        fixSql: null,
        advice:
          'See what grows (GET /admin/monitoring/growth and /tables?sort=growth): old events (retention), bloat, unused indexes, ' +
          'a replication slot that nobody reads; or enlarge the disk.',
        action: null,
      },
    ];
  }
}

const rounded = (days: number | null) => (days === null ? null : Math.round(10 * days) / 10);
