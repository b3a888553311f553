export { buildRollups, FoldInUseError, type BuildProgress } from './build-rollups.js';
export { FoldStatusReads } from './fold-status.reads.js';
export { LiveStatisticsReads } from './live-statistics.reads.js';
export { OriginalStatisticsReads } from './original-statistics.reads.js';
export { StatisticsModule } from './statistics.module.js';
export { StatisticsReads, type Bucket } from './statistics.reads.js';
export { GROWTH_DAYS, storedOfEndpointsCte, storedOfUsersCte } from './stored-rows.js';
