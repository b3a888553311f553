import { Injectable } from '@nestjs/common';
import { Database } from '../../../kernel/database/database.js';
import { AutovacuumReadModel } from './autovacuum.read-model.js';
import type { AutovacuumProposalDto, AutovacuumProposalsDto } from './dto/autovacuum-proposal.dto.js';
import type { TableProposal } from './proposals.js';

@Injectable()
export class AutovacuumService {
  private readonly readModel: AutovacuumReadModel;

  constructor(database: Database) {
    this.readModel = new AutovacuumReadModel(database);
  }

  /** What each table has and should have, with the figures that decide. */
  async propose(): Promise<AutovacuumProposalsDto> {
    const { isOn } = await this.readModel.defaults();
    return { autovacuum_is_on: isOn, tables: (await this.readModel.proposals()).map(toDto) };
  }
}

function toDto({ table, settings, statement }: TableProposal): AutovacuumProposalDto {
  const percent = (share: number) => Math.round(1000 * share) / 10;
  const perDay = (count: number) =>
    table.statisticsDays === 0 ? 0 : Math.round(count / table.statisticsDays);
  return {
    table: table.table,
    owner: table.owner,
    rows: table.rows,
    bytes: table.bytes,
    dead_rows: table.deadRows,
    inserts_per_day: perDay(table.inserts),
    changes_per_day: perDay(table.changes),
    statistics_days: table.statisticsDays,
    all_visible_percent: table.allVisibleShare === null ? null : percent(Math.min(1, table.allVisibleShare)),
    freeze_age_percent: percent(table.freezeAge / table.freezeMaxAge),
    settings: settings.map(({ setting, current, value, state, reason }) => ({
      ...{ setting, current, proposed: String(value), state, reason },
    })),
    statement,
  };
}
