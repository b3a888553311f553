import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import {
  retentionEstimateExample,
  retentionEstimateSchema,
  retentionExample,
  retentionSchema,
  simulateRetentionBodySchema,
  type RetentionDto,
  type RetentionEstimateDto,
  type SimulateRetentionBody,
} from './dto/retention.dto.js';
import { RetentionService } from './retention.service.js';

@ApiTags('maintenance')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/maintenance/retention')
export class RetentionController {
  constructor(private readonly retention: RetentionService) {}

  @Get()
  @ApiOperation({ summary: 'How long events are kept, and what was removed' })
  @ApiAnswers(
    { schema: retentionSchema, description: 'The state of retention.', example: retentionExample },
    401,
    403,
    503,
  )
  state(): Promise<RetentionDto> {
    return this.retention.state();
  }

  @Post('simulate')
  @HttpCode(200)
  @ApiOperation({
    summary: 'What would be removed, in rows, bytes and figures; changes nothing',
    description: 'Reads rollups and the catalog only. The job `retention` removes it.',
  })
  @ApiAnswers(
    { schema: retentionEstimateSchema, description: 'The estimate.', example: retentionEstimateExample },
    400,
    401,
    403,
    503,
  )
  simulate(
    @Body({ schema: simulateRetentionBodySchema }) { days }: SimulateRetentionBody,
  ): Promise<RetentionEstimateDto> {
    return this.retention.simulate(days);
  }
}
