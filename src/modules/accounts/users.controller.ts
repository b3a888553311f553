import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type AuthUser } from '../../kernel/auth/auth-user.js';
import { ApiAnswers } from '../../kernel/http/openapi.js';
import { AccountsService } from './accounts.service.js';
import { userExample, userSchema, type UserDto } from './dto/user.dto.js';

@ApiTags('accounts')
@ApiBearerAuth()
@Controller('users')
export class UsersController {
  constructor(private readonly accounts: AccountsService) {}

  @Get('me')
  @ApiOperation({ summary: 'The logged-in user' })
  @ApiAnswers({ schema: userSchema, description: 'The user.', example: userExample }, 401, 503)
  me(@CurrentUser() user: AuthUser): Promise<UserDto> {
    return this.accounts.profile(user.userId);
  }
}
