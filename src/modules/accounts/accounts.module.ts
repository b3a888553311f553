import { Module } from '@nestjs/common';
import { Cursors } from '../../kernel/http/cursor.js';
import { AccountsContract } from './accounts.contract.js';
import { AccountsReadModel } from './accounts.read-model.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { AuthController } from './auth.controller.js';
import { DeletionMetrics } from './deletion-metrics.js';
import { DeletionsController } from './deletions.controller.js';
import { DeletionsReadModel } from './deletions.read-model.js';
import { DeletionsService } from './deletions.service.js';
import { LoginLimiter } from './login-limiter.js';
import { AccountsTasks } from './tasks/accounts-tasks.js';
import { UsersController } from './users.controller.js';

@Module({
  controllers: [AuthController, UsersController, DeletionsController],
  providers: [
    AccountsReadModel,
    AccountsRepository,
    AccountsService,
    AccountsTasks,
    Cursors,
    DeletionMetrics,
    DeletionsReadModel,
    DeletionsService,
    LoginLimiter,
    { provide: AccountsContract, useExisting: AccountsService },
  ],
  exports: [AccountsContract],
})
export class AccountsModule {}
