import { boundsTable, type Bound } from '../report/bounds.js';

/** More of them are looked up in the table. */
const MAX_LISTED = 12;

/** What a reader wants to know first: whether the bounds hold. */
export function answer(bounds: readonly Bound[]): string {
  const failing = bounds.filter(({ holds }) => !holds);
  const listed = failing.map(
    ({ what, required, measured }) => `- ${what}: ${measured} (required: ${required})`,
  );
  const parts =
    failing.length === 0
      ? [`**All ${bounds.length} bounds hold.**`]
      : [
          `**${failing.length} of ${bounds.length} bounds do not hold${failing.length > MAX_LISTED ? '.**' : ':**'}`,
          ...(failing.length > MAX_LISTED ? [] : [listed.join('\n')]),
        ];
  return [...parts, boundsTable(bounds)].join('\n\n');
}
