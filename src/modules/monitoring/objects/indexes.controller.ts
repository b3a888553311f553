import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import {
  foreignKeysExample,
  foreignKeysQuerySchema,
  foreignKeysSchema,
  indexesExample,
  indexesQuerySchema,
  indexesSchema,
  indexHistoryExample,
  indexHistoryQuerySchema,
  indexHistorySchema,
  type ForeignKeysDto,
  type ForeignKeysQuery,
  type IndexesDto,
  type IndexesQuery,
  type IndexHistoryDto,
  type IndexHistoryQuery,
} from './dto/indexes.dto.js';
import { IndexUsageService } from './index-usage.service.js';

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring')
export class IndexUsageController {
  constructor(private readonly indexes: IndexUsageService) {}

  @Get('indexes')
  @ApiOperation({ summary: 'Indexes by size or use' })
  @ApiAnswers(
    { schema: indexesSchema, description: 'The indexes.', example: indexesExample },
    400,
    401,
    403,
    503,
  )
  list(@Query({ schema: indexesQuerySchema }) query: IndexesQuery): Promise<IndexesDto> {
    return this.indexes.list(query);
  }

  @Get('indexes/history')
  @ApiOperation({ summary: 'How large an index was, and how often it was scanned, over time' })
  @ApiAnswers(
    { schema: indexHistorySchema, description: 'The figures, oldest first.', example: indexHistoryExample },
    400,
    401,
    403,
    503,
  )
  history(@Query({ schema: indexHistoryQuerySchema }) query: IndexHistoryQuery): Promise<IndexHistoryDto> {
    return this.indexes.history(query);
  }

  @Get('foreign-keys')
  @ApiOperation({ summary: 'Foreign keys that no index begins with, those of the largest tables first' })
  @ApiAnswers(
    { schema: foreignKeysSchema, description: 'The foreign keys.', example: foreignKeysExample },
    400,
    401,
    403,
    503,
  )
  foreignKeys(@Query({ schema: foreignKeysQuerySchema }) query: ForeignKeysQuery): Promise<ForeignKeysDto> {
    return this.indexes.foreignKeys(query);
  }
}
