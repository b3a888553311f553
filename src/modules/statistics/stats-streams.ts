import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { AuthUser } from '../../kernel/auth/auth-user.js';
import type { Seat } from '../../kernel/live/seat.js';
import { Slots } from '../../kernel/live/slots.js';
import { Upgrades, type Prepared } from '../../kernel/live/upgrades.js';
import { TaskErrors } from '../../kernel/tasks/task-errors.js';
import { EventFeed, feedScopeOf } from '../events/index.js';
import { StatisticsService } from './statistics.service.js';
import { StatsOfTenant } from './stats-of-tenant.js';

const SEND_EVERY_MS = 5000;
const READS_AT_ONCE = 2;

/** A tenant's figures every five seconds: read once for all its connections, and only when they may have changed. */
@Injectable()
export class StatsStreams implements OnModuleInit, OnModuleDestroy {
  private readonly errors = new TaskErrors(new Logger(StatsStreams.name));
  private readonly reading = new Slots(READS_AT_ONCE);
  private readonly tenants = new Map<string, StatsOfTenant>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly statistics: StatisticsService,
    private readonly feed: EventFeed,
    private readonly upgrades: Upgrades,
  ) {}

  onModuleInit(): void {
    this.upgrades.route('/ws/stats', { kind: 'ws_stats', prepare: (user) => this.prepare(user) });
    this.timer = setInterval(() => this.sendAll(), SEND_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  private async prepare(user: AuthUser): Promise<Prepared> {
    const { userId } = feedScopeOf(user);
    const tenant = this.tenants.get(userId) ?? this.add(userId);
    tenant.visitors++;
    let seat: Seat | null = null;
    const end = () => this.leave(tenant, seat);
    try {
      await tenant.joined;
      const text = await tenant.text();
      const begin = (taken: Seat) => {
        seat = taken;
        tenant.seats.add(seat);
        seat.send(connected, 0);
        seat.send(text);
      };
      return { begin, end };
    } catch (error) {
      end();
      throw error;
    }
  }

  private add(userId: string): StatsOfTenant {
    const read = () => this.reading.run(async () => (await this.statistics.dashboard(userId)).body);
    const tenant = new StatsOfTenant(userId, read, (reader) => this.feed.join(reader));
    this.tenants.set(userId, tenant);
    return tenant;
  }

  private leave(tenant: StatsOfTenant, seat: Seat | null): void {
    if (seat !== null) tenant.seats.delete(seat);
    if (--tenant.visitors > 0) return;
    this.tenants.delete(tenant.userId);
    this.feed.leave(tenant);
  }

  private sendAll(): void {
    for (const tenant of this.tenants.values())
      tenant.send().catch((error: unknown) => {
        // Nothing is said where nothing is known.
        this.errors.report(error);
      });
  }
}

const connected = JSON.stringify({ type: 'connected', message: 'Connected to statistics stream' });
