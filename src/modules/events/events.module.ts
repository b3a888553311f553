import { Module } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import { Cursors } from '../../kernel/http/cursor.js';
import { AccountsModule } from '../accounts/index.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveriesService } from './deliveries.service.js';
import { EventsController } from './events.controller.js';
import { EventsReads } from './events.reads.js';
import { EventsService } from './events.service.js';
import { OriginalEventsReads } from './original-events.reads.js';

@Module({
  imports: [AccountsModule],
  controllers: [EventsController, DeliveriesController],
  providers: [
    Cursors,
    EventsService,
    DeliveriesService,
    {
      provide: EventsReads,
      inject: [Database],
      useFactory: (database: Database) => new OriginalEventsReads(database),
    },
  ],
})
export class EventsModule {}
