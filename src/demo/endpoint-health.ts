interface Track {
  lastSuccessUs: number;
  /** Completion times of failures; those before the last success are dropped now and then. */
  failuresUs: number[];
}

export interface EndpointHealthRow {
  endpointIndex: number;
  lastSuccessUs: number | null;
  /** Failures completed after the last success. */
  consecutiveFailures: number;
  healthStatus: 'healthy' | 'degraded' | 'failed';
}

const KEPT_FAILURES = 4096;
const DEGRADED_FROM = 3;
const FAILED_FROM = 10;

/** Follows how each endpoint stands at the end, whatever the order in which the chunks arrive. */
export class EndpointHealth {
  private readonly tracks = new Map<number, Track>();

  record(endpointIndex: number, completedAtUs: number, success: boolean): void {
    const track = this.track(endpointIndex);
    if (!success) track.failuresUs.push(completedAtUs);
    else if (completedAtUs > track.lastSuccessUs) track.lastSuccessUs = completedAtUs;
  }

  merge(other: EndpointHealth): void {
    for (const [endpointIndex, { lastSuccessUs, failuresUs }] of other.tracks) {
      const track = this.track(endpointIndex);
      track.lastSuccessUs = Math.max(track.lastSuccessUs, lastSuccessUs);
      for (const us of failuresUs) track.failuresUs.push(us);
      if (track.failuresUs.length > KEPT_FAILURES) track.failuresUs = failuresSince(track);
    }
  }

  rows(): EndpointHealthRow[] {
    return [...this.tracks].map(([endpointIndex, track]) => {
      const consecutiveFailures = failuresSince(track).length;
      const lastSuccessUs = track.lastSuccessUs === -Infinity ? null : track.lastSuccessUs;
      return {
        endpointIndex,
        lastSuccessUs,
        consecutiveFailures,
        healthStatus: statusOf(consecutiveFailures),
      };
    });
  }

  private track(endpointIndex: number): Track {
    let track = this.tracks.get(endpointIndex);
    if (!track) this.tracks.set(endpointIndex, (track = { lastSuccessUs: -Infinity, failuresUs: [] }));
    return track;
  }
}

function failuresSince({ failuresUs, lastSuccessUs }: Track): number[] {
  return failuresUs.filter((us) => us > lastSuccessUs);
}

function statusOf(consecutiveFailures: number): EndpointHealthRow['healthStatus'] {
  if (consecutiveFailures >= FAILED_FROM) return 'failed';
  return consecutiveFailures >= DEGRADED_FROM ? 'degraded' : 'healthy';
}
