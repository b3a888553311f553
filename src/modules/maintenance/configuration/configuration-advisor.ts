import type { AppConfig } from '../../../kernel/config/config.js';
import type { QueryRunner } from '../../../kernel/database/database.js';
import { advise, pendingRestarts, type ServerState, type SettingAdvice } from './advice.js';
import { ConfigurationReadModel } from './configuration.read-model.js';
import { readDatabaseHost } from './database-host.js';
import { factsOf, type Facts } from './facts.js';

export interface Advice {
  state: ServerState;
  facts: Facts;
  settings: SettingAdvice[];
  pendingRestarts: ReturnType<typeof pendingRestarts>;
}

/** Looks at the server, its machine and our pools; changes nothing. */
export class ConfigurationAdvisor {
  constructor(private readonly config: AppConfig) {}

  async advise(runner: QueryRunner): Promise<Advice> {
    const state = await new ConfigurationReadModel(runner).state();
    const facts = factsOf(readDatabaseHost(state.server), state.server, {
      given: this.config.advisor,
      poolMax: this.config.database.poolMax,
    });
    return { state, facts, settings: advise(state, facts), pendingRestarts: pendingRestarts(state) };
  }
}
