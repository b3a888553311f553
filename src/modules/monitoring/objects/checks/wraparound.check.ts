import type { QueryRunner } from '../../../../kernel/database/database.js';
import { TableCareReads, type XminHolder } from '../../../maintenance/index.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { idRates, type IdRates } from '../id-rates.js';
import { monitorLimit } from '../limits.js';
import { sqlName } from '../names.js';
import { ObjectsReadModel, type DatabaseAgeRow } from '../objects.read-model.js';
import { agesOfDatabase, agesOfTable, daysLeft, freezeShare, idsLeft, type Ages } from '../wraparound.js';
import { count, percent } from './bounds.js';

/** Autovacuum comes at 100 %, and a large table may take it a while. */
const MIN_SHARE = 1.2;
const MOST_TABLES = 20;

interface Seen {
  rates: IdRates;
  failsafe: Pick<DatabaseAgeRow, 'failsafeAge' | 'multixactFailsafeAge'>;
  holder: XminHolder | undefined;
}

/** Autovacuum has come for it, and did not do it. */
export class WraparoundCheck implements Check {
  readonly name = 'wraparound';
  readonly description: string;
  readonly cadence = 'daily';

  constructor(private readonly minShare = MIN_SHARE) {
    this.description = `Tables and databases at ${percent(minShare)} or more of the age at which autovacuum freezes them whatever else.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const objects = new ObjectsReadModel(runner);
    const care = new TableCareReads(runner);
    const databases = await objects.databaseAges();
    const tables = (await care.tables())
      .filter((table) => this.isBeyond(agesOfTable(table)))
      .sort((one, other) => freezeShare(agesOfTable(other)) - freezeShare(agesOfTable(one)));
    const beyond = databases.filter(
      (row) => this.isBeyond(agesOfDatabase(row)) && !(row.isOurs && tables.length > 0),
    );
    const [failsafe] = databases;
    if (failsafe === undefined || tables.length + beyond.length === 0) return { findings: [], limits: [] };
    const [holder] = await care.xminHolders(1);
    const seen: Seen = { failsafe, holder, rates: await idRates(objects) };
    const more = tables.length - MOST_TABLES;
    return {
      findings: [
        ...tables
          .slice(0, MOST_TABLES)
          .map(({ table, schema, name, ...rest }) =>
            this.finding(table, agesOfTable({ table, schema, name, ...rest }), seen, sqlName(schema, name)),
          ),
        ...beyond.map((row) => this.finding(`database ${row.database}`, agesOfDatabase(row), seen, null)),
      ],
      limits: [
        ...(more > 0 ? [`${more} more tables are as old: the oldest are told`] : []),
        ...monitorLimit(await objects.viewer(), 'which session keeps rows from being frozen is'),
      ],
    };
  }

  private isBeyond(ages: Ages): boolean {
    return freezeShare(ages) >= this.minShare;
  }

  private finding(object: string, ages: Ages, seen: Seen, table: string | null): Finding {
    const { holder, failsafe, rates } = seen;
    const isCritical =
      ages.transactions >= failsafe.failsafeAge || ages.multixacts >= failsafe.multixactFailsafeAge;
    const share = freezeShare(ages);
    return {
      object,
      severity: isCritical ? 'critical' : 'warning',
      title: `${object} is ${count(ages.transactions)} transactions old, ${percent(share)} of the age at which autovacuum freezes it`,
      evidence: {
        age_transactions: ages.transactions,
        age_multixacts: ages.multixacts,
        bound_age_transactions: Math.ceil(this.minShare * ages.transactionsFreeze),
        bound_age_multixacts: Math.ceil(this.minShare * ages.multixactsFreeze),
        transactions_left: idsLeft(ages.transactions),
        multixacts_left: idsLeft(ages.multixacts),
        days_left: daysLeft(ages, rates),
        oldest_holder: holder === undefined ? null : `${holder.kind} ${holder.name}`,
        oldest_holder_age_transactions: holder?.age ?? null,
      },
      why: 'When no ids are left PostgreSQL refuses every write until the oldest rows are frozen.',
      fixSql: table === null ? null : `VACUUM (FREEZE) ${table}`,
      advice: adviceOf(holder, table),
      action: table === null ? null : { job: 'freeze', parameters: {} },
    };
  }
}

function adviceOf(holder: XminHolder | undefined, table: string | null): string {
  const how =
    table === null
      ? 'freeze it from a session in that database: VACUUM (FREEZE); a temporary table that a session keeps for ever counts too'
      : 'freeze it';
  return holder === undefined
    ? `${how[0]?.toUpperCase()}${how.slice(1)}.`
    : `End ${holder.kind} ${holder.name} first, which sees ids of ${count(holder.age)} transactions back; then ${how}.`;
}
