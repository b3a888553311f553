import { Injectable } from '@nestjs/common';
import { Cursors } from '../../../kernel/http/cursor.js';
import { Jobs } from '../../../kernel/tasks/jobs.js';
import type { ListRunsQuery } from './dto/list-runs.query.js';
import type { RunDetailsDto, RunListDto } from './dto/run.dto.js';
import { toRunDetailsDto, toRunDto } from './run-dtos.js';

/** The history of the jobs, and what is under way. */
@Injectable()
export class RunsService {
  constructor(
    private readonly jobs: Jobs,
    private readonly cursors: Cursors,
  ) {}

  /** Throws 400 for a cursor of another list. */
  async list({ limit, cursor, job, outcome }: ListRunsQuery): Promise<RunListDto> {
    const filter = { ...(job === undefined ? {} : { job }), ...(outcome === undefined ? {} : { outcome }) };
    const scope = { list: 'maintenance-runs', ...filter };
    const before = cursor === undefined ? {} : { before: idOf(this.cursors.decode(cursor, scope).id) };
    const runs = await this.jobs.runs({ ...filter, ...before, limit: limit + 1 });
    const page = runs.slice(0, limit);
    const last = runs.length > limit ? page.at(-1) : undefined;
    return {
      runs: page.map(toRunDto),
      next_cursor: last
        ? this.cursors.encode({ direction: 'older', at: last.queuedAt, id: cursorIdOf(last.id) }, scope)
        : null,
    };
  }

  /** The run now and after each change; ends with its end, or when `signal` is aborted. Throws 404 run_not_found. */
  async *watch(runId: string, signal: AbortSignal): AsyncIterable<RunDetailsDto> {
    for await (const run of this.jobs.watch(runId, signal)) yield toRunDetailsDto(run);
  }

  /** Throws 404 run_not_found. */
  async find(runId: string): Promise<RunDetailsDto> {
    return toRunDetailsDto(await this.jobs.run(runId));
  }
}

// A cursor has 16 bytes for an id: a run's number is written as the digits of a UUID.
const cursorIdOf = (runId: string) => runId.padStart(32, '0');
const idOf = (cursorId: string) => cursorId.replaceAll('-', '').replace(/^0+/, '');
