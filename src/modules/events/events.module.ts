import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/index.js';
import { EventsController } from './events.controller.js';
import { EventsReadModel } from './events.read-model.js';
import { EventsService } from './events.service.js';

@Module({
  imports: [AccountsModule],
  controllers: [EventsController],
  providers: [EventsReadModel, EventsService],
})
export class EventsModule {}
