import { migrationState, type MigrationState } from '../../src/data-source.js';

/** Prints the migrations with what is under way; the number of pending ones. */
export async function showMigrations(databaseUrl: string): Promise<number> {
  const state = await migrationState(databaseUrl);
  if (state.runner !== null) console.log(`a run is at work: ${state.runner}`);
  for (const line of migrationLines(state)) console.log(line);
  for (const line of backfillLines(state)) console.log(line);
  for (const { index, phase, percent } of state.indexBuilds)
    console.log(`    index ${index}: ${phase}${percent === null ? '' : `, ${percent.toFixed(0)} %`}`);
  return state.migrations.filter(({ executed }) => !executed).length;
}

const migrationLines = ({ migrations }: MigrationState): string[] =>
  migrations.map(({ name, executed, executedAt, known, begun }) => {
    const mark = !known ? '[?]' : executed ? '[X]' : begun ? '[~]' : '[ ]';
    return [mark, name, executedAt?.toISOString()].filter(Boolean).join(' ');
  });

function backfillLines({ backfills, runner }: MigrationState): string[] {
  return backfills
    .filter(({ state }) => state !== 'done')
    .map((backfill) => {
      const rate = backfill.rowsPerSecond === null ? '' : `, ${count(backfill.rowsPerSecond)} rows/s`;
      const left = backfill.secondsLeft === null ? '' : `, ${count(backfill.secondsLeft)} s left`;
      const state =
        runner === null
          ? ' (interrupted: run again to go on)'
          : backfill.pauseReason === null
            ? ''
            : ' (paused)';
      return (
        `    backfill ${backfill.name}: ${backfill.percent.toFixed(1)} % of about ${count(backfill.rowsEstimated)} rows` +
        `${rate}${left}${state}${backfill.pauseReason === null ? '' : `: ${backfill.pauseReason}`}`
      );
    });
}

const count = (value: number) => Math.round(value).toLocaleString('en-US');
