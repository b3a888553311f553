import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Author } from '../../../kernel/audit/audit-log.repository.js';
import { CurrentAuthor } from '../../../kernel/audit/current-author.js';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import { addMarkBodySchema, type AddMarkBody } from './dto/add-mark.body.js';
import {
  markExample,
  markSchema,
  timelineExample,
  timelineSchema,
  type MarkDto,
  type TimelineDto,
} from './dto/mark.dto.js';
import {
  effectExample,
  effectQuerySchema,
  effectSchema,
  type EffectDto,
  type EffectQuery,
} from './dto/effect.dto.js';
import {
  markParamSchema,
  timelineQuerySchema,
  type MarkParam,
  type TimelineQuery,
} from './dto/timeline.query.js';
import { EffectService } from './effect.service.js';
import { TimelineService } from './timeline.service.js';

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring/timeline')
export class TimelineController {
  constructor(
    private readonly timeline: TimelineService,
    private readonly effects: EffectService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What was changed when: migrations, settings, deployments, maintenance, notes' })
  @ApiAnswers(
    { schema: timelineSchema, description: 'A page of marks.', example: timelineExample },
    400,
    401,
    403,
    503,
  )
  list(@Query({ schema: timelineQuerySchema }) query: TimelineQuery): Promise<TimelineDto> {
    return this.timeline.list(query);
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'Mark a change that nothing else records' })
  @ApiAnswers(
    { status: 201, schema: markSchema, description: 'The mark.', example: markExample },
    400,
    401,
    403,
    503,
  )
  add(
    @CurrentAuthor() author: Author,
    @Body({ schema: addMarkBodySchema }) body: AddMarkBody,
  ): Promise<MarkDto> {
    return this.timeline.add(author, body);
  }

  @Get(':id/effect')
  @ApiOperation({ summary: 'Which statements and routes got faster or slower with a change, with numbers' })
  @ApiAnswers(
    { schema: effectSchema, description: 'Before against after.', example: effectExample },
    400,
    401,
    403,
    404,
    503,
  )
  effect(
    @Param({ schema: markParamSchema }) { id }: MarkParam,
    @Query({ schema: effectQuerySchema }) query: EffectQuery,
  ): Promise<EffectDto> {
    return this.effects.effect(id, query);
  }
}
