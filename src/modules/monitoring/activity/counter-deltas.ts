/** Counters at one moment. */
export interface Counted<Name extends string> {
  /** Seconds since 1970, by the server's clock. */
  at: number;
  /** Since when they count, where that is told: of another moment they have begun anew. */
  since: string | null;
  counters: Readonly<Record<Name, number>>;
}

/**
 * By how much they have grown. What was reset, or has fallen, as after a crash, counts from 0; null: nothing to compare with, or
 * no time between the two.
 */
export function deltasOf<Name extends string>(
  before: Counted<Name> | undefined,
  now: Counted<Name>,
): { seconds: number; grown: Record<Name, number> } | null {
  if (before === undefined || now.at <= before.at) return null;
  const isReset = before.since !== now.since;
  const names = Object.keys(now.counters) as Name[];
  const grown = names.map((name) => {
    const [was, is] = [before.counters[name], now.counters[name]];
    return [name, isReset || is < was ? is : is - was] as const;
  });
  return { seconds: now.at - before.at, grown: Object.fromEntries(grown) as Record<Name, number> };
}
