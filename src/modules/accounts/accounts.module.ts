import { Module } from '@nestjs/common';
import { AccountsContract } from './accounts.contract.js';
import { AccountsReadModel } from './accounts.read-model.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { AuthController } from './auth.controller.js';
import { LoginLimiter } from './login-limiter.js';
import { UsersController } from './users.controller.js';

@Module({
  controllers: [AuthController, UsersController],
  providers: [
    AccountsReadModel,
    AccountsRepository,
    AccountsService,
    LoginLimiter,
    { provide: AccountsContract, useExisting: AccountsService },
  ],
  exports: [AccountsContract],
})
export class AccountsModule {}
