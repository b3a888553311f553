import type { IndexRow } from './queries/index-facts.js';

/** What REINDEX CONCURRENTLY calls the index that it builds, and the one that it has replaced. */
const remnantName = /_cc(new|old)\d*$/;

/** Half built beside the index that it is to replace, replaced but not yet dropped, or being dropped. */
export const isRemnant = ({ index, isValid, isLive, isDropRecorded }: IndexRow) =>
  !isValid && (!isLive || isDropRecorded || remnantName.test(index));
