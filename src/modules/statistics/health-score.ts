export interface Health {
  /** In percent. */
  successRate: number;
  avgDurationMs: number | null;
  /** Whether the last event is less than 24 hours, 7 days old. */
  activeToday: boolean;
  activeThisWeek: boolean;
}

/** The old API's score from 0 to 100: 60 points for success, 30 for latency, 10 for activity. */
export const healthScore = ({ successRate, avgDurationMs, activeToday, activeThisWeek }: Health) =>
  Math.min(
    100,
    successRate * 0.6 + latencyPoints(avgDurationMs) + (activeToday ? 10 : activeThisWeek ? 5 : 0),
  );

/** An endpoint that never took any time has earned nothing. */
function latencyPoints(avgDurationMs: number | null): number {
  if (avgDurationMs === null || avgDurationMs >= 1000) return 0;
  if (avgDurationMs >= 500) return 10;
  return avgDurationMs >= 100 ? 20 : 30;
}
