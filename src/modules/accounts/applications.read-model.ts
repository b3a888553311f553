import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import type { ApplicationRow } from './queries/application-columns.js';
import { findApplication } from './queries/find-application.sql.js';
import { listApplications } from './queries/list-applications.sql.js';

@Injectable()
export class ApplicationsReadModel {
  constructor(private readonly database: Database) {}

  all(userId: string): Promise<ApplicationRow[]> {
    return this.database.query(listApplications({ userId }));
  }

  async byId(userId: string, applicationId: string): Promise<ApplicationRow | undefined> {
    const [row] = await this.database.query(findApplication({ userId, applicationId }));
    return row;
  }
}
