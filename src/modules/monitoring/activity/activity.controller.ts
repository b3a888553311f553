import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import { ActivityService } from './activity.service.js';
import { limitQuerySchema, noQuerySchema, type LimitQuery, type NoQuery } from './dto/activity-fields.js';
import { connectionsExample, connectionsSchema, type ConnectionsDto } from './dto/connections.dto.js';
import { locksExample, locksSchema, type LocksDto } from './dto/locks.dto.js';
import { progressExample, progressSchema, type ProgressDto } from './dto/progress.dto.js';
import { replicationExample, replicationSchema, type ReplicationDto } from './dto/replication.dto.js';
import {
  trendsExample,
  trendsQuerySchema,
  trendsSchema,
  type TrendsDto,
  type TrendsQuery,
} from './dto/trends.dto.js';
import { walExample, walSchema, type WalDto } from './dto/wal.dto.js';
import { TrendsService } from './trends.service.js';

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring/activity')
export class ActivityController {
  constructor(
    private readonly activity: ActivityService,
    private readonly trendsService: TrendsService,
  ) {}

  @Get('connections')
  @ApiOperation({
    summary: 'Connections by state, user, database and application, against the limits and our pools',
  })
  @ApiAnswers(
    { schema: connectionsSchema, description: 'The connections.', example: connectionsExample },
    400,
    401,
    403,
    503,
  )
  connections(@Query({ schema: limitQuerySchema }) query: LimitQuery): Promise<ConnectionsDto> {
    return this.activity.connections(query);
  }

  @Get('locks')
  @ApiOperation({ summary: 'Who waits for whom, for which lock' })
  @ApiAnswers(
    { schema: locksSchema, description: 'The lock tree.', example: locksExample },
    400,
    401,
    403,
    503,
  )
  locks(@Query({ schema: limitQuerySchema }) query: LimitQuery): Promise<LocksDto> {
    return this.activity.locks(query);
  }

  @Get('progress')
  @ApiOperation({ summary: 'How far commands are that PostgreSQL tells the progress of' })
  @ApiAnswers(
    { schema: progressSchema, description: 'The commands.', example: progressExample },
    400,
    401,
    403,
    503,
  )
  progress(@Query({ schema: limitQuerySchema }) query: LimitQuery): Promise<ProgressDto> {
    return this.activity.progress(query);
  }

  @Get('replication')
  @ApiOperation({ summary: 'How far standbys and replicas are, and what slots retain' })
  @ApiAnswers(
    { schema: replicationSchema, description: 'The replication.', example: replicationExample },
    400,
    401,
    403,
    503,
  )
  replication(@Query({ schema: limitQuerySchema }) query: LimitQuery): Promise<ReplicationDto> {
    return this.activity.replication(query);
  }

  @Get('wal')
  @ApiOperation({ summary: 'Checkpoints and WAL, counted since the last reset' })
  @ApiAnswers({ schema: walSchema, description: 'The counters.', example: walExample }, 400, 401, 403, 503)
  wal(@Query({ schema: noQuerySchema }) _: NoQuery): Promise<WalDto> {
    return this.activity.wal();
  }

  @Get('trends')
  @ApiOperation({ summary: 'What the server has done over time' })
  @ApiAnswers(
    { schema: trendsSchema, description: 'A curve of each series and object.', example: trendsExample },
    400,
    401,
    403,
    503,
  )
  trends(@Query({ schema: trendsQuerySchema }) query: TrendsQuery): Promise<TrendsDto> {
    return this.trendsService.trends(query);
  }
}
