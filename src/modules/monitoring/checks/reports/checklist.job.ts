import {
  noParameters,
  type Job,
  type JobContext,
  type JobReport,
  type JobStep,
} from '../../../../kernel/tasks/job.js';
import type { Check } from '../check.js';
import type { CheckSet } from '../check-set.js';
import { ChecksRepository } from '../checks.repository.js';
import type { Evaluator } from '../evaluator.js';
import type { ReportBuilder } from './report-builder.js';
import { ReportsRepository, type ReportCadence } from './reports.repository.js';

/** After the care of the night. */
const SCHEDULES = { daily: '0 6 * * *', weekly: '30 6 * * 1' } as const;

/** The plan's daily or weekly checklist: looks at what is worth a look so often, and writes a report of all that is known. */
export class ChecklistJob implements Job {
  readonly name: string;
  readonly description: string;
  readonly schedule: string;
  readonly missed = 'catch-up';
  readonly weight = 'light';
  readonly timeoutMs = 1_800_000;
  readonly retries = 1;
  readonly parameters = noParameters;
  private readonly checks: readonly Check[];

  constructor(
    private readonly cadence: ReportCadence,
    private readonly set: CheckSet,
    private readonly evaluator: Evaluator,
    private readonly builder: ReportBuilder,
  ) {
    this.name = `check-${cadence}`;
    this.description = `Looks for the troubles of the ${cadence} checklist, and writes the ${cadence} report. Rows: checks.`;
    this.schedule = SCHEDULES[cadence];
    const due: readonly Check['cadence'][] = cadence === 'daily' ? ['daily'] : ['daily', 'weekly'];
    this.checks = set.checks.filter((check) => due.includes(check.cadence));
  }

  plan(): Promise<readonly JobStep[]> {
    return Promise.resolve(this.checks.map((check) => stepOf(check, check.description)));
  }

  async run(context: JobContext): Promise<JobReport> {
    const steps: JobStep[] = [];
    let failed = 0;
    for (const check of this.checks) {
      context.signal.throwIfAborted();
      context.progress(check.name, steps.length, this.checks.length);
      const couldLook = await this.evaluator.evaluate(check, context);
      if (!couldLook) failed++;
      steps.push(stepOf(check, couldLook ? 'it has looked' : 'it could not look; the report says why'));
    }
    await context.transaction({}, (tx) =>
      new ChecksRepository(tx).retire(this.set.checks.map(({ name }) => name)),
    );
    const report = await this.builder.build(this.cadence, context);
    return context.finish(async (tx) => {
      const reportId = await new ReportsRepository(tx).add({ cadence: this.cadence, ...report });
      const { counts, changes } = report.content;
      return {
        rows: steps.length,
        steps,
        summary:
          `${steps.length} checks have looked${failed === 0 ? '' : `, of which ${failed} could not`}; open are ${counts.critical} critical ` +
          `findings, ${counts.warning} warnings and ${counts.info} of information.`,
        details: { report_id: reportId, counts, changes: changes.length },
      };
    });
  }
}

const stepOf = ({ name }: Check, reason: string): JobStep => ({
  action: 'look',
  target: name,
  reason,
  sql: '-- reads catalogs and statistics only',
});
