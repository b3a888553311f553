import type { TableCare } from './care.repository.js';

export interface VacuumNeed {
  isVacuum: boolean;
  isAnalyze: boolean;
  /** How far it is, of the point where autovacuum would come: the largest of its measures. */
  share: number;
  reason: string;
}

/** At the quiet hour a table gets what autovacuum would do at half the way to the next one, in the middle of the day. */
const WORTH_SHARE = 0.5;
/** Pages that index-only scans have to look into, and VACUUM would mark: so many count as one trigger. */
const HIDDEN_PAGES_SHARE = 0.2;
/** Below a megabyte such looks cost nothing. */
const MIN_PAGES = 128;

interface Measure {
  isAnalyze: boolean;
  share: number;
  text: string;
}

/** Null when it is not worth it. */
export function vacuumNeed(table: TableCare): VacuumNeed | null {
  const measures = measuresOf(table)
    .filter(({ share }) => share >= WORTH_SHARE)
    .sort((a, b) => b.share - a.share);
  const [largest] = measures;
  if (largest === undefined) return null;
  return {
    isVacuum: measures.some(({ isAnalyze }) => !isAnalyze),
    isAnalyze: measures.some(({ isAnalyze }) => isAnalyze),
    share: largest.share,
    reason: measures.map(({ text }) => text).join('; '),
  };
}

/** Dead rows that this VACUUM could not remove, as many as would be worth another one. */
export const staysDead = ({ deadRows, deadTrigger }: TableCare) =>
  shareOf(deadRows, deadTrigger) >= WORTH_SHARE;

function measuresOf(table: TableCare): Measure[] {
  const { pages, visiblePages, insertTrigger, analyzeTrigger, changesSinceAnalyze } = table;
  const hidden = pages < MIN_PAGES || !hasChanged(table) ? 0 : (pages - visiblePages) / pages;
  const isUnknown = !table.isAnalyzed && table.rows + changesSinceAnalyze > 0;
  return [
    measure(table.deadRows, table.deadTrigger, 'dead rows'),
    measure(table.toastDeadRows, table.toastDeadTrigger, 'dead rows in its TOAST table'),
    ...(insertTrigger === null
      ? []
      : [measure(table.insertsSinceVacuum, insertTrigger, 'rows inserted since the last VACUUM')]),
    {
      isAnalyze: false,
      share: hidden / HIDDEN_PAGES_SHARE,
      text: `${percent(hidden)} of ${pages} pages not known to be visible to all`,
    },
    isUnknown
      ? { isAnalyze: true, share: 1, text: 'never analyzed' }
      : {
          ...measure(changesSinceAnalyze, analyzeTrigger, 'rows changed since the last ANALYZE'),
          isAnalyze: true,
        },
  ];
}

/** Without a change since the last VACUUM another one would mark no page either. */
const hasChanged = ({ deadRows, insertsSinceVacuum }: TableCare) => deadRows + insertsSinceVacuum > 0;

function measure(count: number, trigger: number, what: string): Measure {
  const share = shareOf(count, trigger);
  return {
    isAnalyze: false,
    share,
    text: `${count} ${what}, ${percent(share)} of what autovacuum waits for`,
  };
}

const shareOf = (count: number, trigger: number) => count / Math.max(trigger, 1);
const percent = (share: number) => `${Math.round(share * 100)} %`;
