import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly, CurrentUser, type AuthUser } from '../auth/auth-user.js';
import { CurrentClient, type Client } from '../http/client.js';
import { ApiAnswers } from '../http/openapi.js';
import { CacheService } from './cache.service.js';
import {
  invalidateBodySchema,
  invalidatedExample,
  invalidatedSchema,
  type InvalidateBody,
  type InvalidatedDto,
} from './dto/invalidate.dto.js';

@ApiTags('cache')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/cache')
export class CacheController {
  constructor(private readonly cache: CacheService) {}

  @Post('invalidate')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give no answer any more that was read before, of a user, an application, an endpoint or all',
  })
  @ApiAnswers(
    { schema: invalidatedSchema, description: 'They are invalid.', example: invalidatedExample },
    400,
    401,
    403,
    503,
  )
  invalidate(
    @CurrentUser() { userId }: AuthUser,
    @CurrentClient() client: Client,
    @Body({ schema: invalidateBodySchema }) body: InvalidateBody,
  ): Promise<InvalidatedDto> {
    return this.cache.invalidate({ userId, client }, body);
  }
}
