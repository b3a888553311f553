import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type AuthUser } from '../../kernel/auth/auth-user.js';
import { CurrentClient, type Client } from '../../kernel/http/client.js';
import { ApiAnswers } from '../../kernel/http/openapi.js';
import { updateUserBodySchema, type UpdateUserBody } from './dto/update-user.dto.js';
import { userExample, userSchema, type UserDto } from './dto/user.dto.js';
import { UsersService } from './users.service.js';

const user = { schema: userSchema, description: 'The user.', example: userExample };

@ApiTags('accounts')
@ApiBearerAuth()
@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('me')
  @ApiOperation({ summary: 'The logged-in user' })
  @ApiAnswers(user, 401, 503)
  me(@CurrentUser() { userId }: AuthUser): Promise<UserDto> {
    return this.users.profile(userId);
  }

  @Get('profile')
  @ApiOperation({ summary: "The same as /users/me, for EthHook's UI, which calls both" })
  @ApiAnswers(user, 401, 503)
  profile(@CurrentUser() { userId }: AuthUser): Promise<UserDto> {
    return this.users.profile(userId);
  }

  @Put('me')
  @ApiOperation({ summary: "Change the user's name" })
  @ApiAnswers(user, 400, 401, 503)
  update(
    @CurrentUser() { userId }: AuthUser,
    @CurrentClient() client: Client,
    @Body({ schema: updateUserBodySchema }) body: UpdateUserBody,
  ): Promise<UserDto> {
    return this.users.update({ userId, client }, body);
  }
}
