import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminOnly } from '../../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../../kernel/http/openapi.js';
import { BloatService } from './bloat.service.js';
import { bloatExample, bloatSchema, type BloatDto } from './dto/bloat.dto.js';
import { bloatQuerySchema, type BloatQuery } from './dto/bloat.query.js';

@ApiTags('maintenance')
@ApiBearerAuth()
@AdminOnly()
@Controller('admin/maintenance/bloat')
export class BloatController {
  constructor(private readonly bloat: BloatService) {}

  @Get()
  @ApiOperation({ summary: 'How much tables and indexes waste, by estimate or measured' })
  @ApiAnswers({ schema: bloatSchema, description: 'The bloat.', example: bloatExample }, 400, 401, 403, 503)
  report(@Query({ schema: bloatQuerySchema }) { measured }: BloatQuery): Promise<BloatDto> {
    return this.bloat.report(measured);
  }
}
