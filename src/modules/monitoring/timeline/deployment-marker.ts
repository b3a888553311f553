import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../kernel/config/config.js';
import { Database } from '../../../kernel/database/database.js';
import { TimelineRepository } from './timeline.repository.js';

/** Marks the first start of a version in the cluster. */
@Injectable()
export class DeploymentMarker implements OnApplicationBootstrap {
  private readonly logger = new Logger(DeploymentMarker.name);

  constructor(
    private readonly database: Database,
    @Inject(APP_CONFIG) private readonly config: Pick<AppConfig, 'build'>,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { version, commit } = this.config.build;
    const name = commit === undefined ? version : `${version} (${commit})`;
    try {
      await this.database.transaction({}, (tx) =>
        new TimelineRepository(tx).deployed(name, { version, commit: commit ?? null }),
      );
    } catch (error) {
      // Nobody is to wait for a server because of a mark.
      this.logger.warn(`the start of ${name} is not marked: ${(error as Error).message}`);
    }
  }
}
