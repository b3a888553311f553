import { AdoptEthhookSchema1764000000000 } from './1764000000000-AdoptEthhookSchema.js';
import { CreateMigrationJournal1764100000000 } from './1764100000000-CreateMigrationJournal.js';
import { EnableStatementStatistics1764110000000 } from './1764110000000-EnableStatementStatistics.js';
import { DropUnusedIndexes1764120000000 } from './1764120000000-DropUnusedIndexes.js';
import { AddEndpointsUserId1764130000000 } from './1764130000000-AddEndpointsUserId.js';
import { AddAttemptColumns1764140000000 } from './1764140000000-AddAttemptColumns.js';
import { BackfillAttemptColumns1764150000000 } from './1764150000000-BackfillAttemptColumns.js';
import { RequireAttemptColumns1764160000000 } from './1764160000000-RequireAttemptColumns.js';
import { LeadKeysWithUserId1764170000000 } from './1764170000000-LeadKeysWithUserId.js';
import { CreateReadIndexes1764180000000 } from './1764180000000-CreateReadIndexes.js';
import { CreateUserDailyStats1764190000000 } from './1764190000000-CreateUserDailyStats.js';
import { CreateUserRecentStats1764200000000 } from './1764200000000-CreateUserRecentStats.js';
import { TrackAttemptChanges1764300000000 } from './1764300000000-TrackAttemptChanges.js';
import { CreateStatisticsRollups1764310000000 } from './1764310000000-CreateStatisticsRollups.js';
import { IndexAttemptsByEndpointAndTime1764320000000 } from './1764320000000-IndexAttemptsByEndpointAndTime.js';
import { IndexOutcomesAndBlocks1764330000000 } from './1764330000000-IndexOutcomesAndBlocks.js';
import { HideDeletedResources1764400000000 } from './1764400000000-HideDeletedResources.js';
import { TrackAttemptInserts1764410000000 } from './1764410000000-TrackAttemptInserts.js';
import { IndexAuditLogs1764420000000 } from './1764420000000-IndexAuditLogs.js';
import { CreateJobLedger1764500000000 } from './1764500000000-CreateJobLedger.js';
import { RecordSettingChanges1764510000000 } from './1764510000000-RecordSettingChanges.js';
import { KeepRemovedFigures1764530000000 } from './1764530000000-KeepRemovedFigures.js';
import { TrackDailyChanges1764540000000 } from './1764540000000-TrackDailyChanges.js';
import { CreateMonitoringSamples1764600000000 } from './1764600000000-CreateMonitoringSamples.js';
import { CreateStatementStatistics1764610000000 } from './1764610000000-CreateStatementStatistics.js';
import { CreateObjectCounters1764620000000 } from './1764620000000-CreateObjectCounters.js';
import { RecordFindings1764640000000 } from './1764640000000-RecordFindings.js';
import { CreateRequestFigures1764650000000 } from './1764650000000-CreateRequestFigures.js';
import { CreateTimeline1764660000000 } from './1764660000000-CreateTimeline.js';
import { IndexAttemptsByEndpointAndEvent1764700000000 } from './1764700000000-IndexAttemptsByEndpointAndEvent.js';
import { LightenAttemptInserts1764710000000 } from './1764710000000-LightenAttemptInserts.js';

// An array and not a glob: a glob that matches nothing succeeds silently, and jest does not load one.
/** All migrations, oldest first. */
export const migrations = [
  AdoptEthhookSchema1764000000000,
  CreateMigrationJournal1764100000000,
  EnableStatementStatistics1764110000000,
  DropUnusedIndexes1764120000000,
  AddEndpointsUserId1764130000000,
  AddAttemptColumns1764140000000,
  BackfillAttemptColumns1764150000000,
  RequireAttemptColumns1764160000000,
  LeadKeysWithUserId1764170000000,
  CreateReadIndexes1764180000000,
  CreateUserDailyStats1764190000000,
  CreateUserRecentStats1764200000000,
  TrackAttemptChanges1764300000000,
  CreateStatisticsRollups1764310000000,
  IndexAttemptsByEndpointAndTime1764320000000,
  IndexOutcomesAndBlocks1764330000000,
  HideDeletedResources1764400000000,
  TrackAttemptInserts1764410000000,
  IndexAuditLogs1764420000000,
  CreateJobLedger1764500000000,
  RecordSettingChanges1764510000000,
  KeepRemovedFigures1764530000000,
  TrackDailyChanges1764540000000,
  CreateMonitoringSamples1764600000000,
  CreateStatementStatistics1764610000000,
  CreateObjectCounters1764620000000,
  RecordFindings1764640000000,
  CreateRequestFigures1764650000000,
  CreateTimeline1764660000000,
  IndexAttemptsByEndpointAndEvent1764700000000,
  LightenAttemptInserts1764710000000,
] as const;
