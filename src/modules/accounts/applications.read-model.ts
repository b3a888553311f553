import { Injectable } from '@nestjs/common';
import { Reads } from '../../kernel/database/replicas/reads.js';
import type { ApplicationRow } from './queries/application-columns.js';
import { findApplication } from './queries/find-application.sql.js';
import { listApplications } from './queries/list-applications.sql.js';

@Injectable()
export class ApplicationsReadModel {
  constructor(private readonly reads: Reads) {}

  all(userId: string): Promise<ApplicationRow[]> {
    return this.reads.query(listApplications({ userId }));
  }

  async byId(userId: string, applicationId: string): Promise<ApplicationRow | undefined> {
    const [row] = await this.reads.query(findApplication({ userId, applicationId }));
    return row;
  }
}
