import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, TokenMayBeInQuery, type AuthUser } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import { streamEventsQuerySchema, type StreamEventsQuery } from '../dto/stream-events.query.js';
import { streamedEventExample, streamedEventSchema } from './event-message.js';
import { EventStreams } from './event-streams.js';

@ApiTags('events')
@ApiBearerAuth()
@Controller('events/stream')
export class EventStreamController {
  constructor(private readonly streams: EventStreams) {}

  @Get()
  @TokenMayBeInQuery()
  @ApiProduces('text/event-stream')
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The id of the last message; the stream goes on after it. Sent by EventSource by itself.',
  })
  @ApiOperation({
    summary: "Events as they are first tried at the caller's endpoints, as server-sent events",
    description:
      'Messages of type `event`, each once and with an id to go on from; `reset` where what came since cannot be told, ' +
      'so that lists are to be read anew. docs/live-channel.md has the rest.',
  })
  @ApiAnswers(
    {
      schema: streamedEventSchema,
      description: 'A stream; this is the data of each of its messages.',
      example: streamedEventExample,
    },
    400,
    401,
    429,
    503,
  )
  stream(
    @CurrentUser() user: AuthUser,
    @Query({ schema: streamEventsQuerySchema }) query: StreamEventsQuery,
    @Headers('last-event-id') header: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.streams.openSse(user, { header, query: query.last_event_id }, reply);
  }
}
