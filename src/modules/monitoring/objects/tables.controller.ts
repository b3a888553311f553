import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import {
  tableHistoryExample,
  tableHistoryQuerySchema,
  tableHistorySchema,
  tablesExample,
  tablesQuerySchema,
  tablesSchema,
  type TableHistoryDto,
  type TableHistoryQuery,
  type TablesDto,
  type TablesQuery,
} from './dto/tables.dto.js';
import { TablesService } from './tables.service.js';

@ApiTags('monitoring')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/monitoring')
export class TablesController {
  constructor(private readonly tables: TablesService) {}

  @Get('tables')
  @ApiOperation({ summary: 'Tables by size, growth, or how far they are from their next VACUUM' })
  @ApiAnswers(
    { schema: tablesSchema, description: 'The tables.', example: tablesExample },
    400,
    401,
    403,
    503,
  )
  list(@Query({ schema: tablesQuerySchema }) query: TablesQuery): Promise<TablesDto> {
    return this.tables.list(query);
  }

  @Get('tables/history')
  @ApiOperation({ summary: 'How large a table was, and how often it was read from end to end, over time' })
  @ApiAnswers(
    { schema: tableHistorySchema, description: 'The figures, oldest first.', example: tableHistoryExample },
    400,
    401,
    403,
    503,
  )
  history(@Query({ schema: tableHistoryQuerySchema }) query: TableHistoryQuery): Promise<TableHistoryDto> {
    return this.tables.history(query);
  }
}
