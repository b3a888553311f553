import { Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Author } from '../../../kernel/audit/audit-log.repository.js';
import { CurrentAuthor } from '../../../kernel/audit/current-author.js';
import { AdminOnly, CurrentUser, TokenMayBeInQuery, type AuthUser } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import {
  listRunsQuerySchema,
  runEventsQuerySchema,
  runParamSchema,
  type ListRunsQuery,
  type RunEventsQuery,
  type RunParam,
} from './dto/list-runs.query.js';
import {
  runDetailsExample,
  runDetailsSchema,
  runListExample,
  runListSchema,
  type RunDetailsDto,
  type RunListDto,
} from './dto/run.dto.js';
import { Operations } from './operations.service.js';
import { RunStreams } from './run-streams.js';
import { RunsService } from './runs.service.js';

const run = { schema: runDetailsSchema, description: 'The run.', example: runDetailsExample };

@ApiTags('maintenance')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/maintenance/runs')
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly operations: Operations,
    private readonly streams: RunStreams,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What has run, is running, or waits, newest first' })
  @ApiAnswers(
    { schema: runListSchema, description: 'A page of runs.', example: runListExample },
    400,
    401,
    403,
    503,
  )
  list(@Query({ schema: listRunsQuerySchema }) query: ListRunsQuery): Promise<RunListDto> {
    return this.runs.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One run, with what it does or has done' })
  @ApiAnswers(run, 400, 401, 403, 404, 503)
  find(@Param({ schema: runParamSchema }) { id }: RunParam): Promise<RunDetailsDto> {
    return this.runs.find(id);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @ApiOperation({ summary: 'End a run; one that is under way ends at its next safe point' })
  @ApiAnswers({ ...run, status: 202 }, 400, 401, 403, 404, 409, 503)
  cancel(
    @CurrentAuthor() author: Author,
    @Param({ schema: runParamSchema }) { id }: RunParam,
  ): Promise<RunDetailsDto> {
    return this.operations.cancel(author, id);
  }

  @Get(':id/events')
  @TokenMayBeInQuery()
  @ApiProduces('text/event-stream')
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description:
      'Sent by EventSource by itself. After the last message of a run the answer is 204, which ends it.',
  })
  @ApiOperation({
    summary: 'A run until its end, as server-sent events',
    description:
      'Messages of type `run` when something has changed, the first at once; then `end`, and the stream is over.',
  })
  @ApiAnswers(
    { ...run, description: 'A stream; this is the data of each of its messages of type `run`.' },
    400,
    401,
    403,
    404,
    429,
    503,
  )
  watch(
    @CurrentUser() user: AuthUser,
    @Param({ schema: runParamSchema }) { id }: RunParam,
    // Checked, so that nothing else is sent; the guard has read it.
    @Query({ schema: runEventsQuerySchema }) _query: RunEventsQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.streams.open(user, id, lastEventId, reply);
  }
}
