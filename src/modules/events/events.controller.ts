import { CacheTTL } from '@nestjs/cache-manager';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiKeyAccess, CurrentUser, type AuthUser } from '../../kernel/auth/auth-user.js';
import { Cached } from '../../kernel/cache/cached.js';
import { ApiAnswers } from '../../kernel/http/openapi.js';
import type { Trusted } from '../../kernel/http/trust.js';
import { idParamSchema, type IdParam } from '../../kernel/http/validation.js';
import { MOVING_MS } from './moving.js';
import {
  eventExample,
  eventListExample,
  eventListSchema,
  eventSchema,
  type EventDto,
  type EventListDto,
} from './dto/event.dto.js';
import { listEventsQuerySchema, type ListEventsQuery } from './dto/list-events.query.js';
import { EventsService } from './events.service.js';

@ApiTags('events')
@ApiBearerAuth()
@ApiKeyAccess()
@Cached()
@CacheTTL(MOVING_MS)
@Controller('events')
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Get()
  @ApiOperation({ summary: "Events that were tried at the caller's endpoints, newest first" })
  @ApiAnswers(
    { schema: eventListSchema, description: 'A page of events.', example: eventListExample, trusted: true },
    400,
    401,
    404,
    503,
  )
  list(
    @CurrentUser() user: AuthUser,
    @Query({ schema: listEventsQuerySchema }) query: ListEventsQuery,
  ): Promise<Trusted<EventListDto>> {
    return this.events.list(user, query);
  }

  @Get(':id')
  @ApiOperation({ summary: "One event, with counts of the caller's own attempts" })
  @ApiAnswers(
    { schema: eventSchema, description: 'The event.', example: eventExample, trusted: true },
    400,
    401,
    404,
    503,
  )
  find(
    @CurrentUser() user: AuthUser,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<Trusted<EventDto>> {
    return this.events.find(user, id);
  }
}
