import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import { findEvent } from './queries/find-event.sql.js';
import type { EventRow } from './queries/event-columns.js';
import { listEvents } from './queries/list-events.sql.js';

export interface EventFilter {
  userId: string;
  endpointId?: string | undefined;
  limit: number;
  offset: number;
}

@Injectable()
export class EventsReadModel {
  constructor(private readonly database: Database) {}

  async list(filter: EventFilter): Promise<{ total: number; events: EventRow[] }> {
    const rows = await this.database.query(listEvents(filter));
    return {
      total: Number(rows[0]?.total ?? 0),
      events: rows.filter((row) => row.id !== null),
    };
  }

  async find(userId: string, eventId: string): Promise<EventRow | undefined> {
    const [row] = await this.database.query(findEvent({ userId, eventId }));
    return row;
  }
}
