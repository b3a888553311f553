import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Author } from '../../../kernel/audit/audit-log.repository.js';
import { CurrentAuthor } from '../../../kernel/audit/current-author.js';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import { ActivityService } from './activity.service.js';
import {
  pidParamSchema,
  sessionsExample,
  sessionsQuerySchema,
  sessionsSchema,
  signalBodySchema,
  signalledExample,
  signalledSchema,
  type PidParam,
  type SessionsDto,
  type SessionsQuery,
  type SignalBody,
  type SignalledDto,
} from './dto/sessions.dto.js';
import { SessionsService } from './sessions.service.js';

const signalled = { schema: signalledSchema, description: 'The signal is sent.', example: signalledExample };

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring/activity/sessions')
export class SessionsController {
  constructor(
    private readonly activity: ActivityService,
    private readonly sessions: SessionsService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Sessions that are long in a transaction, or idle in one' })
  @ApiAnswers(
    { schema: sessionsSchema, description: 'The sessions.', example: sessionsExample },
    400,
    401,
    403,
    503,
  )
  list(@Query({ schema: sessionsQuerySchema }) query: SessionsQuery): Promise<SessionsDto> {
    return this.activity.sessions(query);
  }

  @Post(':pid/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Cancel what a session runs; it stays' })
  @ApiAnswers(signalled, 400, 401, 403, 404, 409, 503)
  cancel(
    @CurrentAuthor() author: Author,
    @Param({ schema: pidParamSchema }) { pid }: PidParam,
    @Body({ schema: signalBodySchema }) body: SignalBody,
  ): Promise<SignalledDto> {
    return this.sessions.signal(author, pid, 'cancel', body);
  }

  @Post(':pid/terminate')
  @HttpCode(200)
  @ApiOperation({ summary: 'End a session; its transaction is rolled back' })
  @ApiAnswers(signalled, 400, 401, 403, 404, 409, 503)
  terminate(
    @CurrentAuthor() author: Author,
    @Param({ schema: pidParamSchema }) { pid }: PidParam,
    @Body({ schema: signalBodySchema }) body: SignalBody,
  ): Promise<SignalledDto> {
    return this.sessions.signal(author, pid, 'terminate', body);
  }
}
