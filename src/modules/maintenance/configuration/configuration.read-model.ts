import type { QueryRunner } from '../../../kernel/database/database.js';
import type { ServerState } from './advice.js';
import { FORMULAS, PRELOAD } from './formulas.js';
import { listFileSettings } from './queries/list-file-settings.sql.js';
import { listSettings } from './queries/list-settings.sql.js';
import { readServer } from './queries/read-server.sql.js';

const names = [...FORMULAS.map(({ name }) => name), PRELOAD];

export class ConfigurationReadModel {
  constructor(private readonly runner: QueryRunner) {}

  async state(): Promise<ServerState> {
    const [server] = await this.runner.query(readServer());
    if (server === undefined) throw new Error('a SELECT without FROM has given no row');
    const files = server.canReadFiles ? await this.runner.query(listFileSettings()) : [];
    const settings = await this.runner.query(listSettings({ names, major: server.major }));
    return {
      server,
      settings: new Map(settings.map((row) => [row.name, row])),
      files: new Map(files.map((row) => [row.name, row])),
    };
  }
}
