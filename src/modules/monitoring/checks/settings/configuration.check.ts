import type { QueryRunner } from '../../../../kernel/database/database.js';
import { brokenBounds, type ConfigurationAdvisor } from '../../../maintenance/index.js';
import type { Check, CheckResult, Finding, Severity } from '../check.js';
import { settingAdvice, settingFix } from './setting-fix.js';
import { SettingsReadModel } from './settings.read-model.js';

interface Harm {
  severity: Severity;
  why: string;
}

const SWAPS =
  'When its sessions are busy the server needs more memory than there is: it swaps, or is killed.';

/** What breaking a bound leads to. Other settings cost speed, which the measures of speed show. */
const HARMS: Readonly<Record<string, Harm>> = {
  autovacuum: {
    severity: 'critical',
    why: 'Dead rows pile up, plans are made of old statistics, and in the end the server refuses writes until a VACUUM.',
  },
  shared_buffers: { severity: 'warning', why: SWAPS },
  work_mem: { severity: 'warning', why: SWAPS },
  maintenance_work_mem: { severity: 'warning', why: SWAPS },
  max_connections: { severity: 'warning', why: 'Sessions are refused when all pools are full.' },
  max_wal_size: {
    severity: 'warning',
    why: 'The log of one checkpoint can fill the disk, which stops the server.',
  },
};

/** Not among what is advised, since nobody turns them without meaning to. */
const SWITCHES: Readonly<Record<string, Harm & { isOn: boolean }>> = {
  fsync: {
    isOn: true,
    severity: 'critical',
    why: 'A crash of the machine leaves a database that cannot be repaired.',
  },
  full_page_writes: {
    isOn: true,
    severity: 'critical',
    why: 'A crash of the machine leaves torn pages, which no recovery mends.',
  },
  track_counts: {
    isOn: true,
    severity: 'critical',
    why: 'Without counts autovacuum does nothing, and nobody sees which tables and indexes are used.',
  },
  zero_damaged_pages: {
    isOn: false,
    severity: 'critical',
    why: 'A damaged page is emptied where it should be told of: its rows are gone.',
  },
};

/** Settings that do harm; not those that are only other than they could be. */
export class ConfigurationCheck implements Check {
  readonly name = 'configuration';
  readonly description =
    'Settings that do harm: switches that cost data, autovacuum off, memory beyond what the machine has, fewer connections than the ' +
    'pools may open, more log than a quarter of the disk.';
  readonly cadence = 'daily';

  constructor(private readonly advisor: ConfigurationAdvisor) {}

  async find(runner: QueryRunner): Promise<CheckResult> {
    const advice = await this.advisor.advise(runner);
    const settings = new SettingsReadModel(runner);
    const { role, seesAllSettings } = await settings.role();
    const { ramBytes, sources } = advice.facts;
    const limits = [
      ...(ramBytes === null
        ? [`Memory was not held against the machine's (${sources.ram}): set MAINTENANCE_DATABASE_RAM_BYTES`]
        : []),
      ...(seesAllSettings
        ? []
        : [
            `The log's size was not held against the disk, whose folder this role does not see: GRANT pg_monitor TO ${role}`,
          ]),
    ];
    const switches = await settings.switches(Object.keys(SWITCHES));
    return {
      findings: [
        ...switches.flatMap(({ name, isOn }) => switchFinding(name, isOn)),
        ...brokenBounds(advice).flatMap(boundFinding),
      ],
      limits,
    };
  }
}

function switchFinding(name: string, isOn: boolean): Finding[] {
  const harm = SWITCHES[name];
  if (harm === undefined || harm.isOn === isOn) return [];
  const word = (on: boolean) => (on ? 'on' : 'off');
  return [
    {
      object: name,
      severity: harm.severity,
      title: `${name} is ${word(isOn)}`,
      evidence: { value: word(isOn), bound: word(harm.isOn) },
      why: harm.why,
      fixSql: `ALTER SYSTEM SET ${name} = '${word(harm.isOn)}'; SELECT pg_reload_conf()`,
      advice: 'Set it; it holds after a reload, unless the command line or the role sets it otherwise.',
      action: null,
    },
  ];
}

function boundFinding({ advice, message }: ReturnType<typeof brokenBounds>[number]): Finding[] {
  const { row, current } = advice;
  const harm = HARMS[row.name];
  if (harm === undefined) return [];
  return [
    {
      object: row.name,
      severity: harm.severity,
      title: `${row.name} is ${current}${row.unit === null ? '' : ` (in ${row.unit})`}. ${message}`,
      evidence: { value: current, unit: row.unit, bound: message, proposed: advice.proposed },
      why: harm.why,
      ...settingFix(advice),
      advice: settingAdvice(advice),
    },
  ];
}
