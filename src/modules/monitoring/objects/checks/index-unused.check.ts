import type { IndexEvidenceService } from '../../../maintenance/index.js';
import type { Check, CheckResult } from '../../checks/check.js';
import { plainName, sqlName } from '../names.js';
import { megabytes, type IndexBounds } from './bounds.js';

/** As maintenance proves it: on all nodes, over days, none that a rule, a key or a read of ours stands on. */
export class IndexUnusedCheck implements Check {
  readonly name = 'index-unused';
  readonly description: string;
  readonly cadence = 'weekly';

  constructor(
    private readonly evidence: Pick<IndexEvidenceService, 'evidence'>,
    private readonly bounds: IndexBounds,
  ) {
    this.description =
      `Indexes from ${megabytes(bounds.minBytes)} on that no server has scanned for ${bounds.minObservedHours} hours or more, ` +
      'and that nothing else stands on.';
  }

  async find(): Promise<CheckResult> {
    const { proposals, observed_hours, since, servers, notes } = await this.evidence.evidence(
      this.bounds.minObservedHours,
    );
    const unused = proposals.filter(
      ({ kind, size_bytes }) => kind === 'unused' && size_bytes >= this.bounds.minBytes,
    );
    const findings = unused.map(({ schema, index, table, size_bytes }) => ({
      object: plainName(schema, index),
      severity: 'info' as const,
      title: `${plainName(schema, index)} on ${plainName(table)} takes ${megabytes(size_bytes)} and was not scanned once since ${since}`,
      evidence: {
        scans: 0,
        observed_hours: Math.floor(observed_hours),
        bound_observed_hours: this.bounds.minObservedHours,
        servers,
        size_bytes,
        bound_size_bytes: this.bounds.minBytes,
      },
      why: 'Each write keeps it up to date, it takes memory and disk, and no read has use of it.',
      fixSql: `DROP INDEX CONCURRENTLY ${sqlName(schema, index)}`,
      advice: 'Drop it by the job, which records how to build it again; restore-index does that.',
      action: { job: 'drop-index', parameters: { schema, index } },
    }));
    return { findings, limits: notes };
  }
}
