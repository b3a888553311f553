import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../../kernel/config/config.js';
import { Database } from '../../../kernel/database/database.js';
import { refusal, type SettingAdvice } from './advice.js';
import { ConfigurationAdvisor } from './configuration-advisor.js';
import type { ConfigurationAdviceDto } from './dto/configuration-advice.dto.js';
import { patchOf } from './patch.js';
import { readable } from './setting-values.js';

@Injectable()
export class ConfigurationService {
  private readonly advisor: ConfigurationAdvisor;

  constructor(
    private readonly database: Database,
    @Inject(APP_CONFIG) config: AppConfig,
  ) {
    this.advisor = new ConfigurationAdvisor(config);
  }

  /** What each setting is and should be, why, who can set it, and the patch for who cannot. */
  async advise(): Promise<ConfigurationAdviceDto> {
    const { state, facts, settings, pendingRestarts } = await this.advisor.advise(this.database);
    const whyNot = refusal(state.server);
    const patch = patchOf(settings);
    return {
      machine: {
        ram_bytes: { value: facts.ramBytes, source: facts.sources.ram },
        cpus: { value: facts.cpus, source: facts.sources.cpus },
        storage: { value: facts.storage, source: facts.sources.storage },
        connections: { value: facts.connections, source: facts.sources.connections },
      },
      can_apply: whyNot === null,
      why_not: whyNot,
      settings: settings.map(toDto),
      pending_restarts: pendingRestarts.map(({ row, next }) => ({
        name: row.name,
        current: readable(row.setting, row.unit),
        after_restart: next,
      })),
      patch: {
        postgresql_conf: patch.postgresqlConf,
        alter_system: patch.alterSystem,
        rds_parameter_group: patch.rdsParameterGroup,
        docker_compose: patch.dockerCompose,
      },
    };
  }
}

const toDto = ({ row, current, proposed, isDifferent, needsRestart, reason, whyNot }: SettingAdvice) => ({
  name: row.name,
  current: current === null ? null : readable(current, row.unit),
  proposed,
  is_different: isDifferent,
  needs_restart: needsRestart,
  reason,
  why_not: whyNot,
});
