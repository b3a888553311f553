export { MaintenanceModule } from './maintenance.module.js';
export { MaintenanceRoutesModule } from './maintenance-routes.module.js';
export { AutovacuumService } from './autovacuum/autovacuum.service.js';
export type { AutovacuumProposalsDto } from './autovacuum/dto/autovacuum-proposal.dto.js';
export { bloatBounds } from './bloat/bloat-bounds.js';
export type { BloatBounds } from './bloat/bloat.reads.js';
export { BloatService } from './bloat/bloat.service.js';
export type { BloatDto } from './bloat/dto/bloat.dto.js';
export type { SettingAdvice } from './configuration/advice.js';
export { brokenBounds } from './configuration/broken-bounds.js';
export { ConfigurationAdvisor } from './configuration/configuration-advisor.js';
export { ConfigurationService } from './configuration/configuration.service.js';
export { readDatabaseHost } from './configuration/database-host.js';
export type { ConfigurationAdviceDto } from './configuration/dto/configuration-advice.dto.js';
export { patchFormats } from './configuration/dto/configuration-bodies.dto.js';
export { alterSystemText } from './configuration/patch.js';
export { literal } from './configuration/setting-values.js';
export type { IndexEvidenceDto } from './indexes/dto/index-evidence.dto.js';
export { IndexEvidenceService } from './indexes/index-evidence.service.js';
export type { RetentionDto, RetentionEstimateDto } from './retention/dto/retention.dto.js';
export { RetentionService } from './retention/retention.service.js';
export type { JobDto } from './runs/dto/job.dto.js';
export { runStates, type RunDetailsDto, type RunDto } from './runs/dto/run.dto.js';
export { JobsService } from './runs/jobs.service.js';
export { Operations } from './runs/operations.service.js';
export { RunsService } from './runs/runs.service.js';
export {
  TableCareReads,
  type FreezeLimits,
  type TableCare,
  type XminHolder,
} from './vacuum/table-care.reads.js';
export { TuneAutovacuumJob } from './autovacuum/tune-autovacuum.job.js';
