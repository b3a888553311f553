import { Body, Controller, Get, Put, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Author } from '../../../kernel/audit/audit-log.repository.js';
import { CurrentAuthor } from '../../../kernel/audit/current-author.js';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import {
  baselineBodySchema,
  baselineExample,
  baselineSchema,
  type BaselineBody,
  type BaselineDto,
} from './dto/baseline.body.js';
import { planTableExample, planTableSchema, type PlanTableDto } from './dto/plan-table.dto.js';
import { scorecardExample, scorecardSchema, type ScorecardDto } from './dto/scorecard.dto.js';
import {
  planTableQuerySchema,
  scorecardQuerySchema,
  type PlanTableQuery,
  type ScorecardQuery,
} from './dto/scorecard.query.js';
import { planTableMarkdown } from './plan-table-markdown.js';
import { ScorecardService } from './scorecard.service.js';

const baseline = { schema: baselineSchema, description: 'The state before.', example: baselineExample };

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring/scorecard')
export class ScorecardController {
  constructor(private readonly scorecards: ScorecardService) {}

  @Get()
  @ApiOperation({ summary: "The plan's success metrics and our own targets, met or not, now and over time" })
  @ApiAnswers(
    { schema: scorecardSchema, description: 'The scorecard.', example: scorecardExample },
    400,
    401,
    403,
    503,
  )
  scorecard(@Query({ schema: scorecardQuerySchema }) query: ScorecardQuery): Promise<ScorecardDto> {
    return this.scorecards.scorecard(query);
  }

  @Get('plan-table')
  @ApiProduces('application/json', 'text/markdown')
  @ApiOperation({ summary: "The plan's table of before and after, filled in from measurements" })
  @ApiAnswers(
    { schema: planTableSchema, description: 'The table.', example: planTableExample },
    400,
    401,
    403,
    503,
  )
  async planTable(
    @Query({ schema: planTableQuerySchema }) { format, ...range }: PlanTableQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PlanTableDto | string> {
    const table = await this.scorecards.planTable(range);
    if (format === 'json') return table;
    void reply.header('Content-Type', 'text/markdown; charset=utf-8');
    return planTableMarkdown(table);
  }

  @Get('baseline')
  @ApiOperation({ summary: 'What the figures were before, and who has measured that' })
  @ApiAnswers(baseline, 401, 403, 503)
  baseline(): Promise<BaselineDto> {
    return this.scorecards.baseline();
  }

  @Put('baseline')
  @ApiOperation({
    summary: 'Import what the figures were before',
    description: "In place of all that was imported; what is left out is the optimisation plan's again.",
  })
  @ApiAnswers(baseline, 400, 401, 403, 503)
  replaceBaseline(
    @CurrentAuthor() author: Author,
    @Body({ schema: baselineBodySchema }) body: BaselineBody,
  ): Promise<BaselineDto> {
    return this.scorecards.replaceBaseline(author, body);
  }
}
