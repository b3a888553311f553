/** What an answer's figures can be trusted for; sent in headers, so that the old UI's bodies stay as they were. */
export interface Trust {
  /** The moment whose figures these are, RFC 3339 with microseconds. */
  readonly asOf: string;
  /** False where a figure is a bound or an estimate. */
  readonly exact: boolean;
  /**
   * `live`: rollups and what is not in them yet, of one snapshot; `rollups`: of the last fold alone, because too much is
   * not in them yet; `original`: the four-table SQL.
   */
  readonly source: 'live' | 'rollups' | 'original';
}

/** A body and its trust: TrustInterceptor sends the one and makes headers of the other. */
export class Trusted<T> {
  constructor(
    readonly body: T,
    readonly trust: Trust,
  ) {}
}
