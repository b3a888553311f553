import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly, CurrentUser, type AuthUser } from '../../kernel/auth/auth-user.js';
import { Cached } from '../../kernel/cache/cached.js';
import { ApiAnswers, ApiErrors } from '../../kernel/http/openapi.js';
import type { Trusted } from '../../kernel/http/trust.js';
import {
  chainDistributionExample,
  chainDistributionSchema,
  type ChainDistributionDto,
} from './dto/chain-distribution.dto.js';
import { dashboardExample, dashboardSchema, type DashboardDto } from './dto/dashboard.dto.js';
import { timeseriesExample, timeseriesSchema, type TimeseriesDto } from './dto/timeseries.dto.js';
import { timeseriesQuerySchema, type TimeseriesQuery } from './dto/timeseries.query.js';
import { usageNotCollected } from './statistics.errors.js';
import { StatisticsService } from './statistics.service.js';

@ApiTags('statistics')
@ApiBearerAuth()
@Controller('statistics')
export class StatisticsController {
  constructor(private readonly statistics: StatisticsService) {}

  @Get('dashboard')
  @Cached()
  @ApiOperation({ summary: "The caller's totals and the trailing 24 hours" })
  @ApiAnswers(
    {
      schema: dashboardSchema,
      description: 'Figures of one moment.',
      example: dashboardExample,
      trusted: true,
    },
    401,
    503,
  )
  dashboard(@CurrentUser() user: AuthUser): Promise<Trusted<DashboardDto>> {
    return this.statistics.dashboard(user.userId);
  }

  @Get('timeseries')
  @Cached()
  @ApiOperation({ summary: "The caller's events and attempts by 5 minutes, hour or day" })
  @ApiAnswers(
    {
      schema: timeseriesSchema,
      description: 'A point for every bucket of the window, quiet ones too, oldest first.',
      example: timeseriesExample,
      trusted: true,
    },
    400,
    401,
    503,
  )
  timeseries(
    @CurrentUser() user: AuthUser,
    @Query({ schema: timeseriesQuerySchema }) query: TimeseriesQuery,
  ): Promise<Trusted<TimeseriesDto>> {
    return this.statistics.timeseries(user.userId, query);
  }

  @Get('chain-distribution')
  @Cached()
  @ApiOperation({ summary: "The caller's events by chain, most first" })
  @ApiAnswers(
    {
      schema: chainDistributionSchema,
      description: 'Every chain with events.',
      example: chainDistributionExample,
      trusted: true,
    },
    401,
    503,
  )
  chainDistribution(@CurrentUser() user: AuthUser): Promise<Trusted<ChainDistributionDto>> {
    return this.statistics.chainDistribution(user.userId);
  }

  @Get('alchemy-usage')
  @AdminOnly()
  @ApiOperation({ summary: "The old ingestor's node provider; not collected by this server" })
  @ApiErrors(401, 403, 404)
  alchemyUsage(): never {
    throw usageNotCollected();
  }
}
