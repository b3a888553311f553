import type { QueryRunner } from '../../kernel/database/database.js';
import type { EventFilter, EventList, EventPage, EventPosition, Read } from './events.reads.js';
import type { EventRow } from './queries/event-columns.js';
import { listEndpointIds } from './queries/list-endpoint-ids.sql.js';
import {
  liveListEvents,
  type ListedEventRow,
  type ListStart,
  type ListStep,
} from './queries/live-list-events.sql.js';
import { counterOf, type ListScope } from './queries/live-list-scope.js';
import { liveLocateOffset } from './queries/live-locate-offset.sql.js';
import type { SlotSource } from './queries/live-slots.js';

/** Slots of the first step: rows are often enough there. */
const firstSlots: Readonly<Record<SlotSource['kind'], number>> = {
  everywhere: 1,
  hours: 2,
  facets: 4,
  blocks: 1,
};
/** A further step looks at as many slots as should do, and not at many times more than the one before. */
const SLOTS_FACTOR = 4;
const MAX_SLOTS = 1024;
type Direction = ListStep['direction'];

interface Walk {
  direction: Direction;
  start: ListStart | null;
  edge: string | null;
  skip: number;
  limit: number;
  wantsTotal: boolean;
}

interface Walked {
  /** Newest first, whichever way it went. */
  rows: EventRow[];
  hasMore: boolean;
  /** Rows from the beginning on, skipped ones too, as far as they were looked at. */
  reached: number;
  total: string | null;
  asOf: string;
}

/** Of all ids the last in the list's order within a moment. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** The pages of one list. */
export class LiveEventPages {
  private scope: ListScope = { endpoints: 'all', rollups: 'user' };
  private isBehind = false;

  constructor(
    private readonly runner: QueryRunner,
    private readonly maxTailRows: number,
    private readonly filter: EventFilter,
  ) {}

  /** null: the rollups are not to be used now. */
  async read(page: EventPage, limit: number): Promise<Read<EventList> | null> {
    this.scope = await this.resolveScope();
    const begin = await this.beginOf(page);
    if (begin === null) return null;
    const direction: Direction = page.kind === 'newer' ? 'newer' : 'older';
    const walked = await this.walk({ ...begin, direction, limit, wantsTotal: true });
    if (walked === null) return null;
    const beyond = await this.hasBeyond(page, begin.start, walked);
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

  private async resolveScope(): Promise<ListScope> {
    const { endpointId, applicationId, chainIds } = this.filter;
    if (applicationId === undefined && chainIds === undefined)
      return endpointId === undefined
        ? { endpoints: 'all', rollups: 'user' }
        : { endpoints: [endpointId], rollups: 'endpoint' };
    const rows = await this.runner.query(listEndpointIds(this.filter));
    const endpoints = rows.map(({ id }) => id);
    if (endpoints.length === 1) return { endpoints, rollups: 'endpoint' };
    if (endpointId !== undefined) return { endpoints, rollups: 'none' };
    if (chainIds === undefined) return { endpoints, rollups: 'application' };
    return { endpoints, rollups: applicationId === undefined ? 'chains' : 'none' };
  }

  /** null: the rollups are not to be used now. */
  private async beginOf(page: EventPage): Promise<Pick<Walk, 'start' | 'edge' | 'skip'> | null> {
    const nowhere = { start: null, edge: null, skip: 0 };
    switch (page.kind) {
      case 'first':
        return nowhere;
      case 'offset':
        return this.jump(page.offset);
      case 'older':
      case 'newer':
        return { ...nowhere, start: { position: page.than, isIncluded: false } };
      case 'at-time':
        return { ...nowhere, start: { position: { ingestedAt: page.time, id: LAST_ID }, isIncluded: true } };
      case 'at-block':
        return this.findBlock(page.block);
    }
  }

  private async findBlock(block: number): Promise<Pick<Walk, 'start' | 'edge' | 'skip'> | null> {
    const { toBlock = block } = this.filter;
    const atBlock = new LiveEventPages(this.runner, this.maxTailRows, {
      ...this.filter,
      toBlock: Math.min(block, toBlock),
    });
    atBlock.scope = this.scope;
    const walked = await atBlock.walk({
      direction: 'older',
      start: null,
      edge: null,
      skip: 0,
      limit: 1,
      wantsTotal: false,
    });
    if (walked === null) return null;
    const [row] = walked.rows;
    // Where no block is that low the page is after the last row there can be.
    const position: EventPosition = row === undefined ? BELOW_ALL : positionOf(row);
    return { start: { position, isIncluded: true }, edge: null, skip: 0 };
  }

  /** By the rollups where they count the list's rows, else the rows are skipped one by one. */
  private async jump(offset: number): Promise<Pick<Walk, 'start' | 'edge' | 'skip'> | null> {
    const plain = { start: null, edge: null, skip: offset };
    if (!this.isCounted() || hasDetails(this.filter)) return plain;
    const [row] = await this.runner.query(
      liveLocateOffset({
        filter: this.filter,
        scope: this.scope,
        offset,
        counter: (alias) => counterOf(this.scope, this.filter, alias) ?? alias,
        options: { mode: 'live', maxTailRows: this.maxTailRows },
      }),
    );
    if (row === undefined || row.isStale) return null;
    if (row.isBehind) return plain;
    if (row.edge === null) return { start: { position: BELOW_ALL, isIncluded: false }, edge: null, skip: 0 };
    return { start: null, edge: row.edge, skip: Number(row.skip) };
  }

  private isCounted(): boolean {
    return counterOf(this.scope, this.filter, 'x') !== null && !hasDetails(this.filter);
  }

  /** Steps of slots until the page is full; null: the rollups are not to be used now. */
  private async walk(walk: Walk): Promise<Walked | null> {
    const walked: Walked = { rows: [], hasMore: false, reached: 0, total: null, asOf: '' };
    let { edge, skip } = walk;
    let slots = firstSlots[this.sourceOf().kind];
    let looked = 0;
    for (;;) {
      const limit = walk.limit - walked.rows.length;
      const isFirst = walked.asOf === '';
      const listed = await this.step({ ...walk, edge, skip, limit }, slots, isFirst && walk.wantsTotal);
      if (listed === null) return null;
      const [head] = listed as [ListedEventRow];
      if (isFirst) Object.assign(walked, { total: head.total, asOf: head.asOf });
      const rows = listed.flatMap(toEvent);
      walked.rows = walk.direction === 'older' ? [...walked.rows, ...rows] : [...rows, ...walked.rows];
      const reached = Number(head.reached);
      walked.reached += reached;
      walked.hasMore = reached > skip + limit;
      // A full page and a row more, or nowhere else to look.
      if (walked.hasMore || head.slotsEnd === null || isAll(walk, walked)) return walked;
      edge = head.slotsEnd;
      skip = Math.max(0, skip - reached);
      looked += slots;
      slots = nextSlots(slots, looked, walked.reached, skip + walk.limit - walked.rows.length + 1);
    }
  }

  private async step(walk: Walk, slots: number, wantsTotal: boolean): Promise<ListedEventRow[] | null> {
    const usesRollups = !this.isBehind;
    const step: ListStep = {
      filter: this.filter,
      scope: this.scope,
      direction: walk.direction,
      start: walk.start,
      edge: walk.edge,
      skip: walk.skip,
      limit: walk.limit,
      slots,
      live: { mode: 'live', maxTailRows: this.maxTailRows },
      source: usesRollups ? this.sourceOf() : { kind: 'everywhere' },
      withTotal: usesRollups && wantsTotal && this.isCounted(),
    };
    const rows = await this.runner.query(liveListEvents(step));
    const [head] = rows;
    if (head === undefined || head.isStale) return null;
    if (!head.isBehind) return rows;
    this.isBehind = true;
    return this.step(walk, slots, wantsTotal);
  }

  private sourceOf(): SlotSource {
    const { contractAddress: contract, topic0, fromBlock: from, toBlock: to, transactionHash } = this.filter;
    if (transactionHash !== undefined) return { kind: 'everywhere' };
    if (contract !== undefined || topic0 !== undefined) return { kind: 'facets', contract, topic0 };
    if (from !== undefined || to !== undefined) return { kind: 'blocks', from, to };
    if (this.filter.status === undefined) return { kind: 'everywhere' };
    const counter = counterOf(this.scope, this.filter, 't');
    return counter === null ? { kind: 'everywhere' } : { kind: 'hours', counter };
  }

  /** Whether there are rows on the side that the page does not go to; null: the rollups are not to be used now. */
  private async hasBeyond(page: EventPage, start: ListStart | null, walked: Walked): Promise<boolean | null> {
    if (page.kind === 'first') return false;
    if (page.kind === 'offset' && walked.rows.length > 0) return page.offset > 0;
    const found = await this.walk({
      direction: page.kind === 'newer' ? 'older' : 'newer',
      start: page.kind === 'offset' || start === null ? null : { ...start, isIncluded: !start.isIncluded },
      edge: null,
      skip: 0,
      limit: 1,
      wantsTotal: false,
    });
    return found === null ? null : found.rows.length > 0;
  }
}

/** From the rollups; else what was seen on the way, which is all of it where a walk from the beginning came to the end. */
function totalOf(page: EventPage, walked: Walked, isBeyond: boolean): Pick<EventList, 'total' | 'totalIs'> {
  if (walked.total !== null) return { total: Number(walked.total), totalIs: 'exact' };
  if (page.kind === 'first' || page.kind === 'offset')
    return { total: walked.reached, totalIs: walked.hasMore ? 'at_least' : 'exact' };
  const seen = walked.reached + Number(isBeyond);
  return { total: seen, totalIs: walked.hasMore || isBeyond ? 'at_least' : 'exact' };
}

/** The walk began at the newest row, and the rollups have no more rows than it has seen. */
const isAll = ({ start, edge }: Walk, { total, reached }: Walked) =>
  start === null && edge === null && total !== null && reached >= Number(total);

function nextSlots(slots: number, looked: number, found: number, wanted: number): number {
  const enough = found === 0 ? Infinity : Math.ceil((wanted * looked * 1.2) / found);
  return Math.max(1, Math.min(enough, slots * SLOTS_FACTOR, MAX_SLOTS));
}

const BELOW_ALL: EventPosition = { ingestedAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

const hasDetails = (filter: EventFilter) =>
  filter.transactionHash !== undefined ||
  filter.contractAddress !== undefined ||
  filter.topic0 !== undefined ||
  filter.fromBlock !== undefined ||
  filter.toBlock !== undefined;

const positionOf = ({ ingestedAt, id }: EventRow): EventPosition => ({
  ingestedAt: ingestedAt ?? '-infinity',
  id,
});

function toEvent(listed: ListedEventRow): EventRow[] {
  if (listed.id === null) return [];
  const { asOf: _1, isStale: _2, isBehind: _3, total: _4, reached: _5, slotsEnd: _6, ...row } = listed;
  return [row];
}
