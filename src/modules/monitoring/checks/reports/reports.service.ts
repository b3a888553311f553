import { Injectable } from '@nestjs/common';
import { Database } from '../../../../kernel/database/database.js';
import { Cursors } from '../../../../kernel/http/cursor.js';
import { ChecksRepository } from '../checks.repository.js';
import type { ListReportsQuery, ReportDto, ReportListDto } from './dto/report.dto.js';
import { reportNotFound } from './reports.errors.js';
import { ReportsReadModel } from './reports.read-model.js';

/** The reports that were written. */
@Injectable()
export class ReportsService {
  constructor(
    private readonly database: Database,
    private readonly cursors: Cursors,
  ) {}

  /** Throws 400 for a cursor of another list. */
  async list({ limit, cursor, cadence }: ListReportsQuery): Promise<ReportListDto> {
    const scope = { list: 'monitoring-reports', cadence };
    const before = cursor === undefined ? undefined : this.cursors.decode(cursor, scope);
    const asOf = await new ChecksRepository(this.database).clock();
    const rows = await new ReportsReadModel(this.database).list({ cadence, before, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      as_of: asOf,
      limits: [],
      reports: page.map((row) => ({
        id: row.id,
        cadence: row.cadence,
        created_at: row.createdAt,
        counts: row.counts,
      })),
      next_cursor: last
        ? this.cursors.encode({ direction: 'older', at: last.createdAt, id: last.id }, scope)
        : null,
    };
  }

  /** Throws 404 report_not_found. */
  async find(id: string): Promise<ReportDto> {
    const report = await new ReportsReadModel(this.database).find({ id });
    if (report === undefined) throw reportNotFound();
    return { as_of: report.createdAt, id: report.id, cadence: report.cadence, ...report.content };
  }
}
