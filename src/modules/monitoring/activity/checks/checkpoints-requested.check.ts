import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { ActivityReads } from '../activity.reads.js';
import type { ActivitySeries } from '../series.js';
import type { ActivityBounds } from './activity-bounds.js';
import { megabytes, percent } from './fixes.js';

const GIB = 2 ** 30;
const TIMED: ActivitySeries = 'server_checkpoints_timed';
const REQUESTED: ActivitySeries = 'server_checkpoints_requested';
const WAL: ActivitySeries = 'server_wal_bytes_per_second';

/** By what was sampled. */
export class CheckpointsRequestedCheck implements Check {
  readonly name = 'checkpoints-requested';
  readonly cadence = 'daily';
  readonly description: string;

  constructor(private readonly bounds: ActivityBounds) {
    this.description =
      `Of the checkpoints of the last ${bounds.checkpointWindowSeconds / 3600} hours more than ${percent(bounds.requestedRatio)}, and ` +
      `at least ${bounds.minRequestedCheckpoints}, came before their time.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const reads = new ActivityReads(runner);
    const window = await reads.window([TIMED, REQUESTED, WAL], this.bounds.checkpointWindowSeconds);
    const [timed, requested] = [window.get(TIMED)?.sum ?? 0, window.get(REQUESTED)?.sum ?? 0];
    const ratio = requested / Math.max(1, timed + requested);
    if (requested < this.bounds.minRequestedCheckpoints || ratio <= this.bounds.requestedRatio)
      return { findings: [], limits: [] };
    const { maxWalBytes, checkpointTimeoutSeconds } = await reads.walSettings();
    const wal = window.get(WAL);
    const walBytesPerSecond = (wal?.sum ?? 0) / Math.max(1, wal?.samples ?? 0);
    // A checkpoint begins when a part of it is used up, so that two fit.
    const wanted = Math.max(2 * walBytesPerSecond * checkpointTimeoutSeconds, 2 * maxWalBytes);
    const evidence = {
      ...{ requested, timed, requested_ratio: ratio, bound_ratio: this.bounds.requestedRatio },
      ...{ window_seconds: this.bounds.checkpointWindowSeconds, wal_bytes_per_second: walBytesPerSecond },
      ...{ max_wal_size_bytes: maxWalBytes, checkpoint_timeout_seconds: checkpointTimeoutSeconds },
    };
    return { findings: [finding(evidence, Math.ceil(wanted / GIB))], limits: [] };
  }
}

const finding = (
  evidence: { requested: number; timed: number; max_wal_size_bytes: number } & Finding['evidence'],
  gigabytes: number,
): Finding => ({
  object: '',
  severity: 'warning',
  title: `${evidence.requested} of ${evidence.requested + evidence.timed} checkpoints came before their time`,
  evidence,
  why: 'Each is a burst of writes, and after each every page that changes goes to the WAL in full: more WAL, and sooner the next.',
  fixSql: `ALTER SYSTEM SET max_wal_size = '${gigabytes}GB'; SELECT pg_reload_conf();`,
  advice:
    `Raise max_wal_size (${megabytes(evidence.max_wal_size_bytes)} now), where the disk has room for as much. Base backups and ` +
    'CHECKPOINT by hand count as requested too: if it was they, nothing is to be done.',
  action: { job: 'apply-setting', parameters: { name: 'max_wal_size', value: `${gigabytes}GB` } },
});
