const MIB = 1024 * 1024;

export interface IndexBounds {
  /** Less is not worth an operator's time. */
  minBytes: number;
  /** No index is called unused by younger statistics. */
  minObservedHours: number;
}

/** The plan's weekly list runs once in that time, at least. */
export const indexBounds: IndexBounds = { minBytes: MIB, minObservedHours: 7 * 24 };

export const megabytes = (bytes: number) =>
  bytes < MIB ? `${Math.round(bytes / 1024)} kB` : `${(bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0)} MB`;

export const percent = (share: number) => `${Math.round(100 * share)} %`;

export const count = (value: number) => Math.round(value).toLocaleString('en-US');
