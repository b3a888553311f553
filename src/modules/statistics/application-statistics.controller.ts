import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiKeyAccess, CurrentUser, type AuthUser } from '../../kernel/auth/auth-user.js';
import { Cached } from '../../kernel/cache/cached.js';
import { ApiAnswers } from '../../kernel/http/openapi.js';
import type { Trusted } from '../../kernel/http/trust.js';
import { idParamSchema, type IdParam } from '../../kernel/http/validation.js';
import { ApplicationStatisticsService } from './application-statistics.service.js';
import {
  applicationBatchExample,
  applicationBatchSchema,
  applicationStatisticsExample,
  applicationStatisticsSchema,
  type ApplicationBatchDto,
  type ApplicationStatisticsDto,
} from './dto/application-statistics.dto.js';
import { batchQuerySchema, type BatchQuery } from './dto/batch.query.js';
import {
  endpointPerformanceExample,
  endpointPerformanceSchema,
  type EndpointPerformanceDto,
} from './dto/endpoint-performance.dto.js';
import { timeseriesExample, timeseriesSchema, type TimeseriesDto } from './dto/timeseries.dto.js';
import { applicationTimeseriesQuerySchema, type TimeseriesQuery } from './dto/timeseries.query.js';

@ApiTags('statistics')
@ApiBearerAuth()
@ApiKeyAccess()
@Cached('application')
@Controller()
export class ApplicationStatisticsController {
  constructor(private readonly applications: ApplicationStatisticsService) {}

  @Get('applications/:id/statistics')
  @ApiOperation({ summary: 'Totals of an application and its trailing 24 hours' })
  @ApiAnswers(
    {
      schema: applicationStatisticsSchema,
      description: 'Figures of one moment.',
      example: applicationStatisticsExample,
      trusted: true,
    },
    400,
    401,
    404,
    503,
  )
  statistics(
    @CurrentUser() user: AuthUser,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<Trusted<ApplicationStatisticsDto>> {
    return this.applications.statistics(user, id);
  }

  @Get('applications/:id/timeseries')
  @ApiOperation({ summary: 'Events and attempts of an application by 5 minutes, hour or day' })
  @ApiAnswers(
    {
      schema: timeseriesSchema,
      description: 'A point for every bucket of the window, quiet ones too, oldest first.',
      example: timeseriesExample,
      trusted: true,
    },
    400,
    401,
    404,
    503,
  )
  timeseries(
    @CurrentUser() user: AuthUser,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Query({ schema: applicationTimeseriesQuerySchema }) query: TimeseriesQuery,
  ): Promise<Trusted<TimeseriesDto>> {
    return this.applications.timeseries(user, id, query);
  }

  @Get('applications/:id/endpoints/performance')
  @ApiOperation({ summary: 'Every endpoint of an application, most events first' })
  @ApiAnswers(
    {
      schema: endpointPerformanceSchema,
      description: 'Endpoints without events too.',
      example: endpointPerformanceExample,
      trusted: true,
    },
    400,
    401,
    404,
    503,
  )
  performance(
    @CurrentUser() user: AuthUser,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<Trusted<EndpointPerformanceDto>> {
    return this.applications.performance(user, id);
  }

  @Get('statistics/applications')
  @ApiOperation({ summary: 'The statistics of many applications' })
  @ApiAnswers(
    {
      schema: applicationBatchSchema,
      description: 'Figures of one moment, in the order of the ids.',
      example: applicationBatchExample,
      trusted: true,
    },
    400,
    401,
    503,
  )
  batch(
    @CurrentUser() user: AuthUser,
    @Query({ schema: batchQuerySchema }) { ids }: BatchQuery,
  ): Promise<Trusted<ApplicationBatchDto>> {
    return this.applications.batch(user, ids);
  }
}
