import { Injectable } from '@nestjs/common';
import type { Caller } from '../../kernel/auth/auth-user.js';
import { Cursors, type CursorScope } from '../../kernel/http/cursor.js';
import { cursorsOf } from '../../kernel/http/cursor-paging.js';
import { Trusted } from '../../kernel/http/trust.js';
import { AccountsContract } from '../accounts/index.js';
import type { EventDto, EventListDto } from './dto/event.dto.js';
import type { ListEventsQuery } from './dto/list-events.query.js';
import { emptyBlockRange, emptyWindow, eventNotFound } from './events.errors.js';
import { EventsReads, type EventFilter, type EventPage } from './events.reads.js';
import { assertOneBeginning } from './paging.js';
import type { EventRow } from './queries/event-columns.js';

@Injectable()
export class EventsService {
  constructor(
    private readonly reads: EventsReads,
    private readonly accounts: AccountsContract,
    private readonly cursors: Cursors,
  ) {}

  /**
   * Throws 400 for parameters that contradict each other, 404 endpoint_not_found or application_not_found for
   * one that is not the caller's.
   */
  async list(caller: Caller, query: ListEventsQuery): Promise<Trusted<EventListDto>> {
    const filter = filterOf(caller, query);
    const scope = { list: 'events', ...filter };
    const page = this.pageOf(query, scope);
    await this.assertOwns(caller, filter);
    const { value, trust } = await this.reads.list(filter, page, query.limit);
    const { events, total, totalIs, ...beyond } = value;
    const rows = events.map(({ ingestedAt: at, id }) => ({ at, id }));
    return new Trusted(
      {
        events: events.map(toEventDto),
        total,
        total_is: totalIs,
        ...cursorsOf({ rows, ...beyond }, (cursor) => this.cursors.encode(cursor, scope)),
      },
      trust,
    );
  }

  /** Throws 404 event_not_found, also for an event that only other tenants' endpoints matched. */
  async find({ userId, applicationId }: Caller, eventId: string): Promise<Trusted<EventDto>> {
    const { value, trust } = await this.reads.find({ userId, applicationId }, eventId);
    if (value === undefined) throw eventNotFound();
    return new Trusted(toEventDto(value), trust);
  }

  private pageOf(query: ListEventsQuery, scope: CursorScope): EventPage {
    assertOneBeginning(query);
    const { cursor, at_time: time, at_block: block, offset = 0 } = query;
    if (time !== undefined) return { kind: 'at-time', time };
    if (block !== undefined) return { kind: 'at-block', block };
    if (cursor === undefined) return offset === 0 ? { kind: 'first' } : { kind: 'offset', offset };
    const { direction, at: ingestedAt, id } = this.cursors.decode(cursor, scope);
    return { kind: direction, than: { ingestedAt, id } };
  }

  private async assertOwns(caller: Caller, { endpointId, applicationId }: EventFilter): Promise<void> {
    if (endpointId !== undefined) await this.accounts.assertOwnsEndpoint(caller, endpointId);
    if (applicationId !== undefined) await this.accounts.assertOwnsApplication(caller, applicationId);
  }
}

function filterOf({ userId, applicationId }: Caller, query: ListEventsQuery): EventFilter {
  const { start_date: from, end_date: to, from_block: fromBlock, to_block: toBlock } = query;
  // Equal milliseconds may still differ in PostgreSQL; where they do not, the answer is empty.
  if (from !== undefined && to !== undefined && (Date.parse(from) > Date.parse(to) || from === to))
    throw emptyWindow();
  if (fromBlock !== undefined && toBlock !== undefined && fromBlock > toBlock) throw emptyBlockRange();
  return {
    userId,
    endpointId: query.endpoint_id,
    applicationId: query.application_id ?? applicationId,
    chainIds: query.chain_ids,
    status: query.status,
    from,
    to,
    fromBlock,
    toBlock,
    transactionHash: query.transaction_hash,
    contractAddress: query.contract_address,
    topic0: query.topic0,
  };
}

function toEventDto(row: EventRow): EventDto {
  return {
    id: row.id,
    block_number: Number(row.blockNumber),
    block_hash: row.blockHash,
    transaction_hash: row.transactionHash,
    log_index: row.logIndex,
    contract_address: row.contractAddress,
    topics: row.topics,
    data: row.data,
    ingested_at: row.ingestedAt,
    processed_at: row.processedAt,
    delivery_count: Number(row.deliveryCount),
    successful_deliveries: Number(row.successfulDeliveries),
    event_type: row.topics[0] ?? 'Unknown',
    chain_id: row.chainId,
    endpoint_name: row.endpointName,
    status: statusOf(row),
    attempts: Number(row.deliveryCount),
    created_at: row.ingestedAt,
  };
}

function statusOf({ successfulDeliveries, failedDeliveries }: EventRow): EventDto['status'] {
  if (successfulDeliveries !== '0') return 'delivered';
  return failedDeliveries === '0' ? 'pending' : 'failed';
}
