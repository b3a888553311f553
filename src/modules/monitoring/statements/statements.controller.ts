import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import {
  newStatementsSchema,
  planChangesSchema,
  regressedStatementsSchema,
  slowStatementsSchema,
  statementErrorsSchema,
  statementPlanSchema,
  statementSchema,
  type NewStatementsDto,
  type PlanChangesDto,
  type RegressedStatementsDto,
  type SlowStatementsDto,
  type StatementDto,
  type StatementErrorsDto,
  type StatementPlanDto,
} from './dto/statements.dto.js';
import * as examples from './dto/statements.examples.js';
import {
  queryidParamSchema,
  regressedQuerySchema,
  slowStatementsQuerySchema,
  statementQuerySchema,
  statementsRangeQuerySchema,
  type QueryidParam,
  type RegressedQuery,
  type SlowStatementsQuery,
  type StatementQuery,
  type StatementsRangeQuery,
} from './dto/statements.query.js';
import { StatementsService } from './statements.service.js';

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring/statements')
export class StatementsController {
  constructor(private readonly statements: StatementsService) {}

  @Get()
  @ApiOperation({ summary: 'What statements have cost in a range of time, the slowest first' })
  @ApiAnswers(
    { schema: slowStatementsSchema, description: 'Statements and what failed.', example: examples.slow },
    ...([400, 401, 403, 503] as const),
  )
  slow(@Query({ schema: slowStatementsQuerySchema }) query: SlowStatementsQuery): Promise<SlowStatementsDto> {
    return this.statements.slow(query);
  }

  @Get('regressed')
  @ApiOperation({ summary: 'What has become slower than it was in an earlier range' })
  @ApiAnswers(
    { schema: regressedStatementsSchema, description: 'Statements.', example: examples.regressed },
    ...([400, 401, 403, 503] as const),
  )
  regressed(@Query({ schema: regressedQuerySchema }) query: RegressedQuery): Promise<RegressedStatementsDto> {
    return this.statements.regressed(query);
  }

  @Get('new')
  @ApiOperation({ summary: 'Statements that were first seen in a range of time' })
  @ApiAnswers(
    { schema: newStatementsSchema, description: 'Statements.', example: examples.fresh },
    ...([400, 401, 403, 503] as const),
  )
  fresh(
    @Query({ schema: statementsRangeQuerySchema }) query: StatementsRangeQuery,
  ): Promise<NewStatementsDto> {
    return this.statements.fresh(query);
  }

  @Get('errors')
  @ApiOperation({ summary: 'Time-outs, locks not had in time and deadlocks of the application' })
  @ApiAnswers(
    { schema: statementErrorsSchema, description: 'Errors by label.', example: examples.errors },
    ...([400, 401, 403, 503] as const),
  )
  errors(
    @Query({ schema: statementsRangeQuerySchema }) query: StatementsRangeQuery,
  ): Promise<StatementErrorsDto> {
    return this.statements.errors(query);
  }

  @Get('plan-changes')
  @ApiOperation({ summary: 'Hot statements whose plan has become another' })
  @ApiAnswers(
    { schema: planChangesSchema, description: 'Changes, newest first.', example: examples.planChanges },
    ...([400, 401, 403, 503] as const),
  )
  planChanges(
    @Query({ schema: statementsRangeQuerySchema }) query: StatementsRangeQuery,
  ): Promise<PlanChangesDto> {
    return this.statements.planChanges(query);
  }

  @Get(':queryid')
  @ApiOperation({ summary: 'One statement over time, with its text and the plans that were seen' })
  @ApiAnswers(
    { schema: statementSchema, description: 'The statement.', example: examples.statement },
    ...([400, 401, 403, 404, 503] as const),
  )
  find(
    @Param({ schema: queryidParamSchema }) { queryid }: QueryidParam,
    @Query({ schema: statementQuerySchema }) query: StatementQuery,
  ): Promise<StatementDto> {
    return this.statements.find(queryid, query);
  }

  @Get(':queryid/plan')
  @ApiOperation({
    summary: 'The plan of a statement for any values, asked for now',
    description: 'The statement is planned, and not run.',
  })
  @ApiAnswers(
    { schema: statementPlanSchema, description: 'The plan.', example: examples.plannedNow },
    ...([400, 401, 403, 404, 409, 503] as const),
  )
  plan(@Param({ schema: queryidParamSchema }) { queryid }: QueryidParam): Promise<StatementPlanDto> {
    return this.statements.plan(queryid);
  }
}
