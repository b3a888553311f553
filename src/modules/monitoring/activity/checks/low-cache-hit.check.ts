import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult } from '../../checks/check.js';
import { ActivityReads } from '../activity.reads.js';
import { HIT_BLOCKS, READ_BLOCKS } from '../series.js';
import type { ActivityBounds } from './activity-bounds.js';
import { megabytes, percent } from './fixes.js';

const CRITICAL_RATIO = 0.8;

/** By what was sampled: the counters since the last reset know nothing of today. */
export class LowCacheHitCheck implements Check {
  readonly name = 'low-cache-hit';
  readonly cadence = 'minutely';
  readonly description: string;

  constructor(private readonly bounds: ActivityBounds) {
    this.description =
      `Fewer than ${percent(bounds.hitRatio)} of the blocks that were asked for in the last ${bounds.hitWindowSeconds / 60} minutes ` +
      `were in shared_buffers, and at least ${bounds.hitMinReadBlocks} were read.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const reads = new ActivityReads(runner);
    const { hitRatio, hitWindowSeconds, hitMinReadBlocks } = this.bounds;
    const window = await reads.window([HIT_BLOCKS, READ_BLOCKS], hitWindowSeconds);
    const [hit, read] = [window.get(HIT_BLOCKS)?.sum ?? 0, window.get(READ_BLOCKS)?.sum ?? 0];
    const ratio = hit / Math.max(1, hit + read);
    if (read < hitMinReadBlocks || ratio >= hitRatio) return { findings: [], limits: [] };
    const { bytes } = await reads.sharedBuffers();
    return {
      findings: [
        {
          object: '',
          severity: ratio < CRITICAL_RATIO ? 'critical' : 'warning',
          title: `${percent(ratio)} of the blocks that were asked for in the last ${hitWindowSeconds / 60} minutes were in shared_buffers`,
          evidence: {
            hit_ratio: ratio,
            bound_ratio: hitRatio,
            hit_blocks: hit,
            read_blocks: read,
            window_seconds: hitWindowSeconds,
            shared_buffers_bytes: bytes,
          },
          why: 'The rest came from the disk, or from the page cache of its machine, which is slower by orders or by some.',
          fixSql: null,
          advice:
            `Look which statements read most blocks: one that scans a large table is helped by an index, not by memory. ` +
            `Else raise shared_buffers (${megabytes(bytes)} now) towards a quarter of RAM; it takes a restart.`,
          action: { job: 'apply-setting', parameters: { name: 'shared_buffers' } },
        },
      ],
      limits: [],
    };
  }
}
