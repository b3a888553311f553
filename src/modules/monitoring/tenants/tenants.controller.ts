import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import { idParamSchema, type IdParam } from '../../../kernel/http/validation.js';
import {
  tenantDetailsSchema,
  tenantListSchema,
  topTenantsSchema,
  type TenantDetailsDto,
  type TenantListDto,
  type TopTenantsDto,
} from './dto/tenants.dto.js';
import { tenantDetailsExample, tenantListExample, topTenantsExample } from './dto/tenants.examples.js';
import {
  listTenantsQuerySchema,
  tenantQuerySchema,
  topTenantsQuerySchema,
  type ListTenantsQuery,
  type TenantQuery,
  type TopTenantsQuery,
} from './dto/tenants.query.js';
import { TenantsService } from './tenants.service.js';

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring/tenants')
export class TenantsController {
  constructor(private readonly tenants: TenantsService) {}

  @Get()
  @ApiOperation({
    summary: 'Who costs what: requests, database time, rows, bytes, and what is stored',
    description:
      'Requests are of full hours, of all instances; the last one or two minutes are not kept yet.',
  })
  @ApiAnswers(
    { schema: tenantListSchema, description: 'A page of tenants.', example: tenantListExample },
    400,
    401,
    403,
    503,
  )
  list(@Query({ schema: listTenantsQuerySchema }) query: ListTenantsQuery): Promise<TenantListDto> {
    return this.tenants.list(query);
  }

  @Get('top')
  @ApiOperation({
    summary: 'Who had the most deliveries in the 24 hours before user_recent_stats was refreshed',
  })
  @ApiAnswers(
    { schema: topTenantsSchema, description: 'Most deliveries first.', example: topTenantsExample },
    400,
    401,
    403,
    503,
  )
  top(@Query({ schema: topTenantsQuerySchema }) query: TopTenantsQuery): Promise<TopTenantsDto> {
    return this.tenants.top(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'What one tenant costs, by endpoint and over time' })
  @ApiAnswers(
    { schema: tenantDetailsSchema, description: 'The tenant.', example: tenantDetailsExample },
    400,
    401,
    403,
    404,
    503,
  )
  find(
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Query({ schema: tenantQuerySchema }) query: TenantQuery,
  ): Promise<TenantDetailsDto> {
    return this.tenants.find(id, query);
  }
}
