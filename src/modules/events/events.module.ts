import { Module } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../kernel/config/config.js';
import { Database, type QueryRunner } from '../../kernel/database/database.js';
import { Reads } from '../../kernel/database/replicas/reads.js';
import { Cursors } from '../../kernel/http/cursor.js';
import { Shadow } from '../../kernel/shadow/shadow.js';
import { AccountsModule } from '../accounts/index.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveriesService } from './deliveries.service.js';
import { EventsController } from './events.controller.js';
import { EventsReads } from './events.reads.js';
import { EventsService } from './events.service.js';
import { EventFeed } from './feed/event-feed.js';
import { EventStreamController } from './feed/event-stream.controller.js';
import { EventStreams } from './feed/event-streams.js';
import { FeedPositions } from './feed/feed-positions.js';
import { FeedReads } from './feed/feed.reads.js';
import { LiveEventsReads } from './live-events.reads.js';
import { OriginalEventsReads } from './original-events.reads.js';
import { ShadowEventsReads } from './shadow-events.reads.js';

@Module({
  imports: [AccountsModule],
  controllers: [EventStreamController, EventsController, DeliveriesController],
  providers: [
    Cursors,
    EventsService,
    DeliveriesService,
    { provide: EventsReads, inject: [Reads, Shadow, APP_CONFIG], useFactory: chooseReads },
    {
      provide: FeedReads,
      inject: [Database],
      useFactory: (database: Database) => new FeedReads(database.background),
    },
    FeedPositions,
    EventFeed,
    EventStreams,
  ],
  exports: [EventFeed],
})
export class EventsModule {}

function chooseReads(reads: Reads, shadow: Shadow, { statistics }: AppConfig): EventsReads {
  const original = (runner: QueryRunner) => new OriginalEventsReads(runner);
  if (statistics.reads === 'original') return original(reads);
  const live = (runner: QueryRunner) => new LiveEventsReads(runner, statistics.maxTailRows, original(runner));
  if (statistics.shadowPercent === 0) return live(reads);
  return new ShadowEventsReads(live(reads), shadow, { live, original });
}
