export const CACHE_HEADERS = { outcome: 'X-Cache', age: 'Age' } as const;

export type Outcome = 'hit' | 'miss' | 'stale' | 'bypass';

/** Metadata of a route: what its `:id` and `ids` are. */
export const ABOUT = 'cache-about';
export type About = 'application' | 'endpoint' | undefined;
