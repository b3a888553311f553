import type { IndexEvidenceDto, IndexEvidenceService } from '../../../maintenance/index.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { plainName, sqlName } from '../names.js';
import { megabytes, type IndexBounds } from './bounds.js';

type Proposal = IndexEvidenceDto['proposals'][number];

/** That another index serves its reads is seen from the catalog alone, so it needs no days of watching. */
export class IndexRedundantCheck implements Check {
  readonly name: string;
  readonly description: string;
  readonly cadence = 'weekly';

  constructor(
    private readonly kind: 'duplicate' | 'prefix',
    private readonly evidence: Pick<IndexEvidenceService, 'evidence'>,
    private readonly bounds: IndexBounds,
  ) {
    this.name = `index-${kind}`;
    this.description =
      kind === 'duplicate'
        ? `Indexes from ${megabytes(bounds.minBytes)} on that another one has all the keys of.`
        : `Indexes from ${megabytes(bounds.minBytes)} on whose keys another one begins with.`;
  }

  async find(): Promise<CheckResult> {
    const { proposals } = await this.evidence.evidence(this.bounds.minObservedHours);
    const found = proposals.filter(
      ({ kind, size_bytes }) => kind === this.kind && size_bytes >= this.bounds.minBytes,
    );
    return { findings: found.flatMap((proposal) => this.finding(proposal)), limits: [] };
  }

  private finding({ schema, index, size_bytes, scans, reason, covered_by }: Proposal): Finding[] {
    if (covered_by === null) return [];
    const object = plainName(schema, index);
    const other = plainName(schema, covered_by.index);
    return [
      {
        object,
        severity: this.kind === 'duplicate' ? 'warning' : 'info',
        title: `${object} takes ${megabytes(size_bytes)}: ${reason}`,
        evidence: {
          covered_by: other,
          covered_by_definition: covered_by.definition,
          scans,
          size_bytes,
          bound_size_bytes: this.bounds.minBytes,
        },
        why: `Each write keeps both up to date, and every read of this one can be of ${other}.`,
        fixSql: `DROP INDEX CONCURRENTLY ${sqlName(schema, index)}`,
        advice: 'Drop it by the job, which records how to build it again; restore-index does that.',
        action: { job: 'drop-index', parameters: { schema, index } },
      },
    ];
  }
}
