/** Of what happened at a time, all in milliseconds since 1970. */
export interface Span {
  readonly id: string;
  readonly name: string;
  readonly beganMs: number;
  readonly endedMs: number;
}

export interface Window {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface EffectWindows {
  readonly before: Window;
  readonly after: Window;
  /** So long ago that only whole hours are known. */
  readonly byHour: boolean;
  /** Marks that cannot be told apart from this one, beside it. */
  readonly together: readonly Span[];
  /** Why a window is shorter than was asked for. */
  readonly notes: readonly string[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Statements are looked at every 5 minutes: with less than two looks between them, two marks are one. */
const TOGETHER_MS = 10 * MINUTE_MS;
/** Until then figures are kept by the minute and by the look; then by the hour. */
const BY_HOUR_AFTER_MS = 2 * 24 * HOUR_MS;

/** Before and after a mark, up to the nearest others and to now. */
export function effectWindows(
  mark: Span,
  others: readonly Span[],
  windowMs: number,
  nowMs: number,
): EffectWindows {
  const { together, beganMs, endedMs } = gather(mark, others);
  const apart = others.filter((other) => other.id !== mark.id && !together.includes(other));
  const earlier = latest(apart.filter((other) => other.endedMs < beganMs));
  const later = earliest(apart.filter((other) => other.beganMs > endedMs));
  const byHour = nowMs - (beganMs - windowMs) > BY_HOUR_AFTER_MS;
  const stepMs = byHour ? HOUR_MS : MINUTE_MS;
  const before = {
    fromMs: roundUp(Math.max(beganMs - windowMs, earlier?.endedMs ?? 0), stepMs),
    untilMs: roundDown(beganMs, stepMs),
  };
  const after = {
    fromMs: roundUp(endedMs, stepMs),
    untilMs: roundDown(Math.min(endedMs + windowMs, later?.beganMs ?? Infinity, nowMs), stepMs),
  };
  return {
    before: atLeastEmpty(before),
    after: atLeastEmpty(after),
    byHour,
    together,
    notes: [
      ...(earlier !== undefined && earlier.endedMs > beganMs - windowMs
        ? [`The window before begins with ${earlier.name}, at ${iso(earlier.endedMs)}`]
        : []),
      ...(later !== undefined && later.beganMs < Math.min(endedMs + windowMs, nowMs)
        ? [`The window after ends with ${later.name}, at ${iso(later.beganMs)}`]
        : []),
      ...(nowMs < endedMs + windowMs ? ['The window after is not over yet'] : []),
      ...(byHour ? ['So long ago figures are known by the hour: windows begin and end with one'] : []),
      ...(together.length > 0
        ? [
            'Marks less than 10 minutes apart cannot be told from each other: this is what came of all of them',
          ]
        : []),
    ],
  };
}

function gather(mark: Span, others: readonly Span[]) {
  let [beganMs, endedMs] = [mark.beganMs, mark.endedMs];
  const together = new Set<Span>();
  for (let before = -1; before < together.size;) {
    before = together.size;
    for (const other of others) {
      const isNear = other.beganMs <= endedMs + TOGETHER_MS && other.endedMs >= beganMs - TOGETHER_MS;
      if (other.id === mark.id || !isNear) continue;
      together.add(other);
      beganMs = Math.min(beganMs, other.beganMs);
      endedMs = Math.max(endedMs, other.endedMs);
    }
  }
  return { together: [...together], beganMs, endedMs };
}

const latest = (spans: readonly Span[]) =>
  spans.reduce<Span | undefined>(
    (last, span) => (last && last.endedMs >= span.endedMs ? last : span),
    undefined,
  );
const earliest = (spans: readonly Span[]) =>
  spans.reduce<Span | undefined>(
    (first, span) => (first && first.beganMs <= span.beganMs ? first : span),
    undefined,
  );

const roundUp = (ms: number, stepMs: number) => Math.ceil(ms / stepMs) * stepMs;
const roundDown = (ms: number, stepMs: number) => Math.floor(ms / stepMs) * stepMs;
const atLeastEmpty = ({ fromMs, untilMs }: Window) => ({ fromMs, untilMs: Math.max(fromMs, untilMs) });
export const iso = (ms: number) => new Date(ms).toISOString();
