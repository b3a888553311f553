import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import { ChecksService } from './checks.service.js';
import { checkListExample, checkListSchema, type CheckListDto } from './dto/check.dto.js';

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring/checks')
export class ChecksController {
  constructor(private readonly checks: ChecksService) {}

  @Get()
  @ApiOperation({ summary: 'What is looked for, how often, and how the latest look went' })
  @ApiAnswers(
    { schema: checkListSchema, description: 'All checks.', example: checkListExample },
    400,
    401,
    403,
    503,
  )
  list(@Query({ schema: z.strictObject({}) }) _query: object): Promise<CheckListDto> {
    return this.checks.list();
  }
}
