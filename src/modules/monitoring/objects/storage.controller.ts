import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import {
  growthExample,
  growthSchema,
  sequencesExample,
  sequencesQuerySchema,
  sequencesSchema,
  wraparoundExample,
  wraparoundSchema,
  type GrowthDto,
  type SequencesDto,
  type SequencesQuery,
  type WraparoundDto,
} from './dto/storage.dto.js';
import { StorageService } from './storage.service.js';

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring')
export class StorageController {
  constructor(private readonly storage: StorageService) {}

  @Get('growth')
  @ApiOperation({ summary: 'How the database grows, what of it, and when the disk is full' })
  @ApiAnswers({ schema: growthSchema, description: 'The growth.', example: growthExample }, 401, 403, 503)
  growth(): Promise<GrowthDto> {
    return this.storage.growth();
  }

  @Get('wraparound')
  @ApiOperation({
    summary: 'How far databases and tables are from wraparound, and what keeps them from being frozen',
  })
  @ApiAnswers(
    { schema: wraparoundSchema, description: 'The ages.', example: wraparoundExample },
    401,
    403,
    503,
  )
  wraparound(): Promise<WraparoundDto> {
    return this.storage.wraparound();
  }

  @Get('sequences')
  @ApiOperation({ summary: 'Sequences, those nearest to their end first' })
  @ApiAnswers(
    { schema: sequencesSchema, description: 'The sequences.', example: sequencesExample },
    400,
    401,
    403,
    503,
  )
  sequences(@Query({ schema: sequencesQuerySchema }) query: SequencesQuery): Promise<SequencesDto> {
    return this.storage.sequences(query);
  }
}
