import { Injectable } from '@nestjs/common';
import { Database } from '../../../kernel/database/database.js';
import { validationError } from '../../../kernel/http/validation.js';
import { ActivityReads, type TrendRow } from './activity.reads.js';
import type { TrendsDto, TrendsQuery } from './dto/trends.dto.js';
import { HIT_RATIO, type TrendSeries } from './series.js';

const DAY_MS = 86_400_000;

/** What the server has done over time. */
@Injectable()
export class TrendsService {
  constructor(private readonly database: Database) {}

  /** Throws 400 where the interval is empty. */
  trends({ series, from, until, points }: TrendsQuery): Promise<TrendsDto> {
    return this.database.transaction({ readOnly: true }, async (tx) => {
      const reads = new ActivityReads(tx);
      const { asOf } = await reads.viewer();
      const end = instantOf(until ?? asOf);
      const begin = from === undefined ? new Date(end.getTime() - DAY_MS) : instantOf(from);
      const stepSeconds = (end.getTime() - begin.getTime()) / 1000 / points;
      if (stepSeconds <= 0) throw validationError('until', 'must be after from');
      const interval = { from: begin.toISOString(), until: end.toISOString(), stepSeconds };
      const rows = await reads.trends({ ...interval, series: series.filter((name) => name !== HIT_RATIO) });
      if (series.includes(HIT_RATIO)) rows.push(...(await reads.hitRatio(interval)));
      const trends = grouped(rows);
      return {
        as_of: asOf,
        limits: series.filter((name) => !trends.some((trend) => trend.series === name)).map(lacking),
        from: interval.from,
        until: interval.until,
        step_seconds: stepSeconds,
        trends,
      };
    });
  }
}

/** Milliseconds are enough for a curve. A date is midnight UTC. */
const instantOf = (text: string) => new Date(text);

function grouped(rows: readonly TrendRow[]): TrendsDto['trends'] {
  const trends: TrendsDto['trends'] = [];
  for (const { series, object, ...point } of rows) {
    const last = trends.at(-1);
    if (last?.series === series && last.object === object) last.points.push(point);
    else trends.push({ series: series as TrendSeries, object, points: [point] });
  }
  return trends;
}

const lacking = (series: TrendSeries) =>
  series === 'database_cpu_ratio' || series === 'database_memory_bytes'
    ? `${series} was not sampled: PostgreSQL's processes are not to be seen from where the collector runs (another machine or ` +
      'container, or no /proc). Run one instance beside PostgreSQL, in its pid namespace, or look at server_sessions_on_cpu'
    : `${series} has no samples in this interval`;
