import { Injectable } from '@nestjs/common';
import { AccountsContract } from '../accounts/index.js';
import type { EventDto, EventListDto } from './dto/event.dto.js';
import type { ListEventsQuery } from './dto/list-events.query.js';
import { eventNotFound } from './events.errors.js';
import { EventsReadModel } from './events.read-model.js';
import type { EventRow } from './queries/event-columns.js';

@Injectable()
export class EventsService {
  constructor(
    private readonly readModel: EventsReadModel,
    private readonly accounts: AccountsContract,
  ) {}

  /** Throws 404 endpoint_not_found for an endpoint that is not the user's. */
  async list(userId: string, query: ListEventsQuery): Promise<EventListDto> {
    const { endpoint_id: endpointId, limit, offset } = query;
    if (endpointId !== undefined) await this.accounts.assertOwnsEndpoint(userId, endpointId);
    const { total, events } = await this.readModel.list({ userId, endpointId, limit, offset });
    return { events: events.map(toEventDto), total };
  }

  /** Throws 404 event_not_found, also for an event that only other tenants' endpoints matched. */
  async find(userId: string, eventId: string): Promise<EventDto> {
    const row = await this.readModel.find(userId, eventId);
    if (row === undefined) throw eventNotFound();
    return toEventDto(row);
  }
}

export function toEventDto(row: EventRow): EventDto {
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
