import type { QueryRunner } from '../../kernel/database/database.js';
import type { EventFilter, EventList, EventPage, EventPosition, Read } from './events.reads.js';
import type { LiveOptions } from './live/live-ctes.js';
import type { EventRow } from './queries/event-columns.js';
import { listEndpointIds } from './queries/list-endpoint-ids.sql.js';
import { counterIn, type ListStart } from './queries/live-list-events.sql.js';
import type { ListScope } from './queries/live-list-scope.js';
import { liveLocateOffset } from './queries/live-locate-offset.sql.js';
import {
  beginning,
  LiveEventWalk,
  type Begin,
  type Direction,
  type Walked,
} from './live-event-walk.reads.js';

/** Of all ids the last in the list's order within a moment. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** The pages of one list. */
export class LiveEventPages {
  private constructor(
    private readonly runner: QueryRunner,
    private readonly list: LiveEventWalk,
  ) {}

  static async of(runner: QueryRunner, options: LiveOptions, filter: EventFilter): Promise<LiveEventPages> {
    return new LiveEventPages(
      runner,
      new LiveEventWalk(runner, options, filter, await resolveScope(runner, filter)),
    );
  }

  /** null: the rollups are not to be used now. */
  async read(page: EventPage, limit: number): Promise<Read<EventList> | null> {
    const begin = await this.beginOf(page);
    if (begin === null) return null;
    const direction: Direction = page.kind === 'newer' ? 'newer' : 'older';
    const walked = await this.list.walk({ ...begin, direction, limit, wantsTotal: true });
    if (walked === null) return null;
    const beyond = walked.beyond ?? (await this.hasBeyond(page, begin.start, walked));
    if (beyond === null) return null;
    const bound = totalOf(page, walked, beyond);
    const isNewer = direction === 'newer';
    return {
      value: {
        events: walked.rows,
        ...bound,
        hasOlder: isNewer ? beyond : walked.hasMore,
        hasNewer: isNewer ? walked.hasMore : beyond,
      },
      trust: { asOf: walked.asOf, exact: bound.totalIs === 'exact', source: 'live' },
    };
  }

  /** null: the rollups are not to be used now. */
  private async beginOf(page: EventPage): Promise<Begin | null> {
    switch (page.kind) {
      case 'first':
        return beginning;
      case 'offset':
        return this.jump(page.offset);
      case 'older':
      case 'newer':
        return { ...beginning, start: { position: page.than, isIncluded: false } };
      case 'at-time':
        return {
          ...beginning,
          start: { position: { ingestedAt: page.time, id: LAST_ID }, isIncluded: true },
        };
      case 'at-block':
        return this.findBlock(page.block);
    }
  }

  private async findBlock(block: number): Promise<Begin | null> {
    const { filter, liveOptions, scope } = this.list;
    const toBlock = Math.min(block, filter.toBlock ?? block);
    const upTo = new LiveEventWalk(this.runner, liveOptions, { ...filter, toBlock }, scope);
    const walked = await upTo.walk({ ...beginning, direction: 'older', limit: 1, wantsTotal: false });
    if (walked === null) return null;
    const [row] = walked.rows;
    // Where no block is that low the page is after the last row there can be.
    const position: EventPosition = row === undefined ? BELOW_ALL : positionOf(row);
    return { ...beginning, start: { position, isIncluded: true } };
  }

  /** By the rollups where they count the list's rows, else the rows are skipped one by one. */
  private async jump(offset: number): Promise<Begin | null> {
    const plain = { ...beginning, skip: offset };
    const { filter, scope, liveOptions: live } = this.list;
    if (!this.list.isCounted || offset === 0) return plain;
    if (filter.to === undefined) return { ...plain, jumps: true };
    const jump = { filter, scope, offset, counter: counterIn({ filter, scope }), live, to: filter.to };
    const [row] = await this.runner.query(liveLocateOffset(jump));
    if (row === undefined || row.isStale) return null;
    if (row.isBehind) return plain;
    if (row.edge === null) return { ...beginning, start: { position: BELOW_ALL, isIncluded: false } };
    return { ...beginning, edge: row.edge, skip: Number(row.skip) };
  }

  /** Whether there are rows on the side that the page does not go to; null: the rollups are not to be used now. */
  private async hasBeyond(page: EventPage, start: ListStart | null, walked: Walked): Promise<boolean | null> {
    if (page.kind === 'first') return false;
    if (page.kind === 'offset' && walked.rows.length > 0) return page.offset > 0;
    const found = await this.list.walk({
      ...beginning,
      direction: page.kind === 'newer' ? 'older' : 'newer',
      start: page.kind === 'offset' || start === null ? null : { ...start, isIncluded: !start.isIncluded },
      limit: 1,
      wantsTotal: false,
    });
    return found === null ? null : found.rows.length > 0;
  }
}

async function resolveScope(runner: QueryRunner, filter: EventFilter): Promise<ListScope> {
  const { endpointId, applicationId, chainIds } = filter;
  if (applicationId === undefined && chainIds === undefined)
    return endpointId === undefined
      ? { endpoints: 'all', rollups: 'user' }
      : { endpoints: [endpointId], rollups: 'endpoint' };
  const rows = await runner.query(listEndpointIds(filter));
  const endpoints = rows.map(({ id }) => id);
  if (endpoints.length === 1) return { endpoints, rollups: 'endpoint' };
  if (endpointId !== undefined) return { endpoints, rollups: 'none' };
  if (chainIds === undefined) return { endpoints, rollups: 'application' };
  return { endpoints, rollups: applicationId === undefined ? 'chains' : 'none' };
}

/** From the rollups; else what was seen on the way, which is all of it where a walk from the beginning came to the end. */
function totalOf(page: EventPage, walked: Walked, isBeyond: boolean): Pick<EventList, 'total' | 'totalIs'> {
  if (walked.total !== null) return { total: Number(walked.total), totalIs: 'exact' };
  if (page.kind === 'first' || page.kind === 'offset')
    return { total: walked.reached, totalIs: walked.hasMore ? 'at_least' : 'exact' };
  const seen = walked.reached + Number(isBeyond);
  return { total: seen, totalIs: walked.hasMore || isBeyond ? 'at_least' : 'exact' };
}

const BELOW_ALL: EventPosition = { ingestedAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

const positionOf = ({ ingestedAt, id }: EventRow): EventPosition => ({
  ingestedAt: ingestedAt ?? '-infinity',
  id,
});
