import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiKeyAccess, CurrentUser, type AuthUser } from '../../kernel/auth/auth-user.js';
import { Cached } from '../../kernel/cache/cached.js';
import { ApiAnswers } from '../../kernel/http/openapi.js';
import type { Trusted } from '../../kernel/http/trust.js';
import { idParamSchema, type IdParam } from '../../kernel/http/validation.js';
import { batchQuerySchema, type BatchQuery } from './dto/batch.query.js';
import {
  endpointBatchExample,
  endpointBatchSchema,
  endpointStatisticsExample,
  endpointStatisticsSchema,
  type EndpointBatchDto,
  type EndpointStatisticsDto,
} from './dto/endpoint-statistics.dto.js';
import {
  endpointTimeseriesExample,
  endpointTimeseriesSchema,
  type EndpointTimeseriesDto,
} from './dto/timeseries.dto.js';
import { endpointTimeseriesQuerySchema, type EndpointTimeseriesQuery } from './dto/timeseries.query.js';
import { EndpointStatisticsService } from './endpoint-statistics.service.js';

@ApiTags('statistics')
@ApiBearerAuth()
@ApiKeyAccess()
@Cached('endpoint')
@Controller()
export class EndpointStatisticsController {
  constructor(private readonly endpoints: EndpointStatisticsService) {}

  @Get('endpoints/:id/statistics')
  @ApiOperation({ summary: 'Totals, latencies and health of an endpoint' })
  @ApiAnswers(
    {
      schema: endpointStatisticsSchema,
      description: 'Figures of one moment.',
      example: endpointStatisticsExample,
      trusted: true,
    },
    400,
    401,
    403,
    404,
    503,
  )
  statistics(
    @CurrentUser() user: AuthUser,
    @Param({ schema: idParamSchema }) { id }: IdParam,
  ): Promise<Trusted<EndpointStatisticsDto>> {
    return this.endpoints.statistics(user, id);
  }

  @Get('endpoints/:id/timeseries')
  @ApiOperation({ summary: 'Events of an endpoint by 5 minutes, hour or day' })
  @ApiAnswers(
    {
      schema: endpointTimeseriesSchema,
      description: 'A point for every bucket of the window, quiet ones too, oldest first.',
      example: endpointTimeseriesExample,
      trusted: true,
    },
    400,
    401,
    403,
    404,
    503,
  )
  timeseries(
    @CurrentUser() user: AuthUser,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Query({ schema: endpointTimeseriesQuerySchema }) query: EndpointTimeseriesQuery,
  ): Promise<Trusted<EndpointTimeseriesDto>> {
    return this.endpoints.timeseries(user, id, query);
  }

  @Get('statistics/endpoints')
  @ApiOperation({ summary: 'The statistics of many endpoints' })
  @ApiAnswers(
    {
      schema: endpointBatchSchema,
      description: 'Figures of one moment, in the order of the ids.',
      example: endpointBatchExample,
      trusted: true,
    },
    400,
    401,
    503,
  )
  batch(
    @CurrentUser() user: AuthUser,
    @Query({ schema: batchQuerySchema }) { ids }: BatchQuery,
  ): Promise<Trusted<EndpointBatchDto>> {
    return this.endpoints.batch(user, ids);
  }
}
