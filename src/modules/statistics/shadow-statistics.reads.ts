import type { QueryRunner } from '../../kernel/database/database.js';
import { within, type FieldRules } from '../../kernel/shadow/compare.js';
import type { Shadow } from '../../kernel/shadow/shadow.js';
import { StatisticsReads, type Read, type SeriesFilter } from './statistics.reads.js';

/** The stated bound of the histograms. */
const percentile = within(0.01);
const rules: FieldRules = { p50DurationMs: percentile, p95DurationMs: percentile, p99DurationMs: percentile };

type Make = (runner: QueryRunner) => StatisticsReads;

/** Answers from `live`, and has a share of the reads compared with the original afterwards. */
export class ShadowStatisticsReads extends StatisticsReads {
  constructor(
    private readonly live: StatisticsReads,
    private readonly shadow: Pick<Shadow, 'sample'>,
    private readonly make: { readonly live: Make; readonly original: Make },
  ) {
    super();
  }

  dashboard(userId: string) {
    return this.answer('dashboard', [userId], (reads) => reads.dashboard(userId));
  }

  series(filter: SeriesFilter) {
    return this.answer('series', [filter], (reads) => reads.series(filter));
  }

  chainDistribution(userId: string) {
    return this.answer('chain-distribution', [userId], (reads) => reads.chainDistribution(userId));
  }

  applications(userId: string, ids: readonly string[]) {
    return this.answer('applications', [userId, ids], (reads) => reads.applications(userId, ids));
  }

  endpoints(userId: string, ids: readonly string[]) {
    return this.answer('endpoints', [userId, ids], (reads) => reads.endpoints(userId, ids));
  }

  performance(userId: string, applicationId: string) {
    return this.answer('performance', [userId, applicationId], (reads) =>
      reads.performance(userId, applicationId),
    );
  }

  private async answer<T>(
    name: string,
    parameters: readonly unknown[],
    ask: (reads: StatisticsReads) => Promise<Read<T>>,
  ): Promise<Read<T>> {
    const answer = await ask(this.live);
    this.shadow.sample({
      name: `statistics.${name}`,
      parameters,
      live: (runner) => ask(this.make.live(runner)),
      original: (runner) => ask(this.make.original(runner)),
      rules,
    });
    return answer;
  }
}
