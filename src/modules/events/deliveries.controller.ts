import { CacheTTL } from '@nestjs/cache-manager';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiKeyAccess, CurrentUser, type AuthUser } from '../../kernel/auth/auth-user.js';
import { Cached } from '../../kernel/cache/cached.js';
import { ApiAnswers } from '../../kernel/http/openapi.js';
import type { Trusted } from '../../kernel/http/trust.js';
import { idParamSchema, type IdParam } from '../../kernel/http/validation.js';
import { DeliveriesService } from './deliveries.service.js';
import {
  attemptListExample,
  attemptListSchema,
  deliveryListExample,
  deliveryListSchema,
  type AttemptListDto,
  type DeliveryListDto,
} from './dto/attempt.dto.js';
import { MOVING_MS } from './moving.js';
import {
  listAttemptsQuerySchema,
  listDeliveriesQuerySchema,
  type ListAttemptsQuery,
  type ListDeliveriesQuery,
} from './dto/list-attempts.query.js';

@ApiTags('events')
@ApiBearerAuth()
@ApiKeyAccess()
@Cached('endpoint')
@CacheTTL(MOVING_MS)
@Controller()
export class DeliveriesController {
  constructor(private readonly service: DeliveriesService) {}

  @Get('delivery-attempts')
  @ApiOperation({ summary: "Attempts at the caller's endpoints, newest first" })
  @ApiAnswers(
    {
      schema: attemptListSchema,
      description: 'A page of attempts.',
      example: attemptListExample,
      trusted: true,
    },
    400,
    401,
    404,
    503,
  )
  attempts(
    @CurrentUser() user: AuthUser,
    @Query({ schema: listAttemptsQuerySchema }) query: ListAttemptsQuery,
  ): Promise<Trusted<AttemptListDto>> {
    return this.service.attempts(user, query);
  }

  @Get('endpoints/:id/deliveries')
  @ApiOperation({ summary: 'Attempts at one endpoint, newest first' })
  @ApiAnswers(
    {
      schema: deliveryListSchema,
      description: 'A page of attempts.',
      example: deliveryListExample,
      trusted: true,
    },
    400,
    401,
    403,
    404,
    503,
  )
  deliveries(
    @CurrentUser() user: AuthUser,
    @Param({ schema: idParamSchema }) { id }: IdParam,
    @Query({ schema: listDeliveriesQuerySchema }) query: ListDeliveriesQuery,
  ): Promise<Trusted<DeliveryListDto>> {
    return this.service.deliveries(user, id, query);
  }
}
