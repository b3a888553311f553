import { Global, Module } from '@nestjs/common';
import { ApiKeys } from '../../kernel/auth/api-keys.js';
import { Cursors } from '../../kernel/http/cursor.js';
import { AccountsContract } from './accounts.contract.js';
import { ApplicationKeys } from './application-keys.js';
import { ApplicationsController } from './applications.controller.js';
import { ApplicationsReadModel } from './applications.read-model.js';
import { ApplicationsService } from './applications.service.js';
import { AuditLogsController } from './audit-logs.controller.js';
import { AuditLogsReadModel } from './audit-logs.read-model.js';
import { AuditLogsService } from './audit-logs.service.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { DeletionMetrics } from './deletion-metrics.js';
import { DeletionsController } from './deletions.controller.js';
import { DeletionsReadModel } from './deletions.read-model.js';
import { DeletionsService } from './deletions.service.js';
import { EndpointsController } from './endpoints.controller.js';
import { EndpointsReadModel } from './endpoints.read-model.js';
import { EndpointsService } from './endpoints.service.js';
import { LoginLimiter } from './login-limiter.js';
import { OwnershipReadModel } from './ownership.read-model.js';
import { OwnershipService } from './ownership.service.js';
import { RegistrationLimiter } from './registration-limiter.js';
import { AccountsTasks } from './tasks/accounts-tasks.js';
import { UsersController } from './users.controller.js';
import { UsersReadModel } from './users.read-model.js';
import { UsersService } from './users.service.js';

// Global: the kernel's guard, which knows no module, asks it for API keys.
@Global()
@Module({
  controllers: [
    AuthController,
    UsersController,
    ApplicationsController,
    EndpointsController,
    AuditLogsController,
    DeletionsController,
  ],
  providers: [
    AuthService,
    LoginLimiter,
    RegistrationLimiter,
    UsersReadModel,
    UsersService,
    ApplicationsReadModel,
    ApplicationsService,
    EndpointsReadModel,
    EndpointsService,
    AuditLogsReadModel,
    AuditLogsService,
    AccountsTasks,
    DeletionMetrics,
    DeletionsReadModel,
    DeletionsService,
    Cursors,
    OwnershipReadModel,
    { provide: AccountsContract, useClass: OwnershipService },
    { provide: ApiKeys, useClass: ApplicationKeys },
  ],
  exports: [AccountsContract, ApiKeys],
})
export class AccountsModule {}
