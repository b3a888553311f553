import type { QueryRunner } from '../../kernel/database/database.js';
import type { EventFilter } from './events.reads.js';
import type { LiveOptions } from './live/live-ctes.js';
import type { EventRow } from './queries/event-columns.js';
import {
  liveListEvents,
  type ListedEventRow,
  type ListStart,
  type ListStep,
} from './queries/live-list-events.sql.js';
import { counterOf, hoursOf, type ListScope } from './queries/live-list-scope.js';
import type { SlotSource } from './queries/live-slots.js';
import { isOfFewEvents } from './queries/live-stream.js';

/** Slots of the first step. Of hours it is known how many rows they have; in the others they are often enough. */
const firstSlots: Readonly<Record<SlotSource['kind'], number>> = {
  everywhere: 1,
  hours: 100,
  facets: 64,
  blocks: 24,
};
/** A further step looks at as many slots as should do, and not at many times more than the one before. */
const SLOTS_FACTOR = 4;
const MAX_SLOTS = 1024;
export type Direction = ListStep['direction'];

export interface Walk {
  direction: Direction;
  start: ListStart | null;
  edge: string | null;
  skip: number;
  jumps: boolean;
  limit: number;
  wantsTotal: boolean;
}

export type Begin = Pick<Walk, 'start' | 'edge' | 'skip' | 'jumps'>;

export const beginning: Begin = { start: null, edge: null, skip: 0, jumps: false };

export interface Walked {
  /** Newest first, whichever way it went. */
  rows: EventRow[];
  hasMore: boolean;
  /** Rows from the beginning on, skipped ones too, as far as they were looked at. */
  reached: number;
  total: string | null;
  /** Whether there are rows on the side that the page does not go to; null: not looked. */
  beyond: boolean | null;
  asOf: string;
}

/** Goes along one list, as far as a page needs. */
export class LiveEventWalk {
  private isBehind = false;

  constructor(
    private readonly runner: QueryRunner,
    readonly liveOptions: LiveOptions,
    readonly filter: EventFilter,
    readonly scope: ListScope,
  ) {}

  /** Whether the rollups know how many rows the list has. */
  get isCounted(): boolean {
    return counterOf(this.scope, this.filter, 'x') !== null && !hasDetails(this.filter);
  }

  /** Steps of slots until the page is full; null: the rollups are not to be used now. */
  async walk(walk: Walk): Promise<Walked | null> {
    const walked: Walked = { rows: [], hasMore: false, reached: 0, total: null, beyond: null, asOf: '' };
    let { edge, skip, jumps } = walk;
    let slots = firstSlots[this.sourceOf().kind];
    let looked = 0;
    for (;;) {
      const limit = walk.limit - walked.rows.length;
      const isFirst = walked.asOf === '';
      const wantsTotal = isFirst && walk.wantsTotal;
      const listed = await this.step({ ...walk, edge, skip, jumps, limit, wantsTotal }, slots);
      if (listed === null) return null;
      const [head] = listed as [ListedEventRow];
      if (isFirst) Object.assign(walked, { total: head.total, beyond: head.beyond, asOf: head.asOf });
      const rows = listed.flatMap(toEvent);
      walked.rows = walk.direction === 'older' ? [...walked.rows, ...rows] : [...rows, ...walked.rows];
      const reached = Number(head.reached);
      walked.reached += reached;
      walked.hasMore = reached > Number(head.skipped) + limit;
      // A full page and a row more, or nowhere else to look.
      if (walked.hasMore || head.slotsEnd === null || isAll(walk, walked)) return walked;
      edge = head.slotsEnd;
      skip = Math.max(0, Number(head.skipped) - reached);
      jumps = false;
      looked += slots;
      slots = nextSlots(slots, looked, walked.reached, skip + walk.limit - walked.rows.length + 1);
    }
  }

  private async step(walk: Walk, slots: number): Promise<ListedEventRow[] | null> {
    const usesRollups = !this.isBehind;
    const source: SlotSource = usesRollups ? this.sourceOf() : { kind: 'everywhere' };
    const { wantsTotal, ...place } = walk;
    const step: ListStep = {
      ...place,
      filter: this.filter,
      scope: this.scope,
      jumps: usesRollups && walk.jumps,
      slots,
      live: this.liveOptions,
      source,
      withTotal: usesRollups && wantsTotal && this.isCounted,
      // With the total, since both are asked for with a page's first step.
      looksBeyond: wantsTotal && source.kind === 'everywhere',
    };
    const rows = await this.runner.query(liveListEvents(step));
    const [head] = rows;
    if (head === undefined || head.isStale) return null;
    if (!head.isBehind) return rows;
    this.isBehind = true;
    return this.step(walk, slots);
  }

  private sourceOf(): SlotSource {
    if (isOfFewEvents(this.filter)) return { kind: 'everywhere' };
    const { contractAddress: contract, topic0, fromBlock: from, toBlock: to } = this.filter;
    if (contract !== undefined || topic0 !== undefined) return { kind: 'facets', contract, topic0 };
    if (from !== undefined || to !== undefined) return { kind: 'blocks', from, to };
    const { status } = this.filter;
    return status === undefined ? { kind: 'everywhere' } : hoursOf(this.scope, { ...this.filter, status });
  }
}

/** The walk began at the newest row, and the rollups have no more rows than it has seen. */
const isAll = ({ start, edge }: Walk, { total, reached }: Walked) =>
  start === null && edge === null && total !== null && reached >= Number(total);

function nextSlots(slots: number, looked: number, found: number, wanted: number): number {
  const enough = found === 0 ? Infinity : Math.ceil((wanted * looked * 1.2) / found);
  return Math.max(1, Math.min(enough, slots * SLOTS_FACTOR, MAX_SLOTS));
}

const hasDetails = (filter: EventFilter) =>
  filter.transactionHash !== undefined ||
  filter.contractAddress !== undefined ||
  filter.topic0 !== undefined ||
  filter.fromBlock !== undefined ||
  filter.toBlock !== undefined;

function toEvent(listed: ListedEventRow): EventRow[] {
  if (listed.id === null) return [];
  const {
    asOf: _1,
    isStale: _2,
    isBehind: _3,
    total: _4,
    skipped: _5,
    reached: _6,
    beyond: _7,
    slotsEnd: _8,
    ...row
  } = listed;
  return [row];
}
