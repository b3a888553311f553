export { buildRollups, FoldInUseError, type BuildProgress } from './build-rollups.js';
export { LiveStatisticsReads } from './live-statistics.reads.js';
export { OriginalStatisticsReads } from './original-statistics.reads.js';
export { StatisticsModule } from './statistics.module.js';
export { StatisticsReads, type Bucket } from './statistics.reads.js';
