import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import {
  routeLatenciesExample,
  routeLatenciesSchema,
  routeSeriesExample,
  routeSeriesSchema,
  type RouteLatenciesDto,
  type RouteSeriesDto,
} from './dto/route-latencies.dto.js';
import {
  routeLatenciesQuerySchema,
  routeSeriesQuerySchema,
  type RouteLatenciesQuery,
  type RouteSeriesQuery,
} from './dto/route-latencies.query.js';
import { RequestsService } from './requests.service.js';

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring/requests')
export class RequestsController {
  constructor(private readonly requests: RequestsService) {}

  @Get('routes')
  @ApiOperation({
    summary: 'How long requests took, by route',
    description:
      'Of all instances, to the minute; the last one or two minutes are not kept yet. Quantiles are at most 5 % off.',
  })
  @ApiAnswers(
    { schema: routeLatenciesSchema, description: 'The latencies.', example: routeLatenciesExample },
    400,
    401,
    403,
    503,
  )
  routes(
    @Query({ schema: routeLatenciesQuerySchema }) query: RouteLatenciesQuery,
  ): Promise<RouteLatenciesDto> {
    return this.requests.routes(query);
  }

  @Get('series')
  @ApiOperation({ summary: 'How long the requests of one route took, over time' })
  @ApiAnswers(
    {
      schema: routeSeriesSchema,
      description: 'A step in which nothing came has no point.',
      example: routeSeriesExample,
    },
    400,
    401,
    403,
    503,
  )
  series(@Query({ schema: routeSeriesQuerySchema }) query: RouteSeriesQuery): Promise<RouteSeriesDto> {
    return this.requests.series(query);
  }
}
