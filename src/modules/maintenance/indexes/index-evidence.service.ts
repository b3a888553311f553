import { Injectable } from '@nestjs/common';
import type { IndexEvidenceDto } from './dto/index-evidence.dto.js';
import {
  IndexEvidenceReadModel,
  type IndexFacts,
  type IndexRow,
  type RedundantIndexRow,
} from './index-evidence.read-model.js';
import { isRemnant } from './remnant.js';
import { requiredIndexes } from './required-indexes.js';

/** Nothing is called unused by statistics that are younger: what runs once a week has to have run. */
const MIN_OBSERVED_HOURS = 7 * 24;

type Proposal = IndexEvidenceDto['proposals'][number];

/** Which indexes are of no use, and how that is known. */
@Injectable()
export class IndexEvidenceService {
  constructor(private readonly readModel: IndexEvidenceReadModel) {}

  async evidence(minObservedHours = MIN_OBSERVED_HOURS): Promise<IndexEvidenceDto> {
    const facts = await this.readModel.read();
    const youngest = facts.servers.reduce((one, other) => (other.hours < one.hours ? other : one));
    const notes = notesOf(facts, youngest.hours, minObservedHours);
    const usage = usageOf(facts);
    const redundant = new Map(facts.redundant.map((row) => [keyOf(row), row]));
    // Who drops what is covered relies on them.
    const covering = new Set(
      facts.redundant.map(({ schema, coveredBy }) => keyOf({ schema, index: coveredBy })),
    );
    const proposals = facts.indexes.flatMap((index) => {
      const covered = redundant.get(keyOf(index));
      if (covered !== undefined) return [redundantProposal(index, covered, usage)];
      const isObserved = notes.length === 0 && (index.ageHours ?? minObservedHours) >= minObservedHours;
      const isFree = !isNeeded(index) && !covering.has(keyOf(index));
      return isObserved && isFree && usage.scans(index) === 0
        ? [unusedProposal(index, facts.servers.length, youngest.since)]
        : [];
    });
    return {
      since: youngest.since,
      observed_hours: youngest.hours,
      servers: facts.servers.length,
      notes,
      invalid: facts.indexes.filter(({ isValid, role }) => !isValid && role !== 'partitioned').map(toInvalid),
      proposals,
      dropped: facts.dropped.map((drop) => ({
        schema: drop.schema,
        index: drop.index,
        definition: drop.definition,
        reason: drop.reason,
        size_bytes: drop.sizeBytes === null ? null : Number(drop.sizeBytes),
        dropped_at: drop.recordedAt,
      })),
    };
  }
}

/** Each of them keeps "unused" from being said. */
function notesOf({ unseenReplicas }: IndexFacts, hours: number, minHours: number): string[] {
  const notes = [];
  if (unseenReplicas > 0)
    notes.push(
      `${unseenReplicas} replicas were not asked, and may scan what the others do not: no index is called unused. ` +
        'Give them in DATABASE_REPLICA_URLS',
    );
  if (hours < minHours)
    notes.push(
      `scans are counted for ${hours.toFixed(1)} h, which prove nothing before ${minHours} h: no index is called unused`,
    );
  return notes;
}

const keyOf = ({ schema, index }: { schema: string; index: string }) => JSON.stringify([schema, index]);

const isNeeded = ({ schema, index, role, isValid }: IndexRow) =>
  !isValid || role !== null || (schema === 'public' && requiredIndexes.includes(index));

interface Usage {
  scans(index: { schema: string; index: string }): number;
  lastScanAt(index: IndexRow): string | null;
}

function usageOf({ servers }: IndexFacts): Usage {
  const scans = new Map<string, number>();
  const last = new Map<string, string>();
  for (const row of servers.flatMap((server) => server.scans)) {
    const key = keyOf(row);
    scans.set(key, (scans.get(key) ?? 0) + Number(row.scans));
    if (row.lastScanAt !== null && row.lastScanAt > (last.get(key) ?? '')) last.set(key, row.lastScanAt);
  }
  return {
    scans: (index) => scans.get(keyOf(index)) ?? 0,
    lastScanAt: (index) => last.get(keyOf(index)) ?? null,
  };
}

const unusedProposal = (index: IndexRow, servers: number, since: string): Proposal => ({
  ...factsOf(index),
  kind: 'unused',
  reason: `no scan on ${servers === 1 ? 'the only server' : `${servers} servers`} since ${since}`,
  scans: 0,
  last_scan_at: null,
  covered_by: null,
});

const redundantProposal = (
  index: IndexRow,
  { kind, coveredBy, coveringDefinition }: RedundantIndexRow,
  usage: Usage,
): Proposal => ({
  ...factsOf(index),
  kind,
  reason:
    kind === 'duplicate'
      ? `${coveredBy} has the same keys and serves its ${usage.scans(index)} scans`
      : `${coveredBy} begins with its keys and serves its ${usage.scans(index)} scans`,
  scans: usage.scans(index),
  last_scan_at: usage.lastScanAt(index),
  covered_by: {
    index: coveredBy,
    definition: coveringDefinition,
    scans: usage.scans({ schema: index.schema, index: coveredBy }),
  },
});

const factsOf = ({ schema, table, index, definition, sizeBytes }: IndexRow) => ({
  schema,
  table,
  index,
  definition,
  size_bytes: Number(sizeBytes),
});

const toInvalid = (index: IndexRow): IndexEvidenceDto['invalid'][number] => ({
  ...factsOf(index),
  state: index.isBusy ? 'busy' : isRemnant(index) ? 'remnant' : 'broken',
});
