import { Injectable } from '@nestjs/common';
import { Database } from '../../../kernel/database/database.js';
import { compare, ruleText, verdicts, type Comparison, type Side } from './compare.js';
import type { ChangesDto, EffectDto, EffectQuery } from './dto/effect.dto.js';
import { EffectReads, MAX_STATEMENTS, type Sides, type TwoSides } from './effect.reads.js';
import { markNotFound } from './timeline.errors.js';
import { TimelineReadModel, type MarkRow } from './timeline.read-model.js';
import { toMarkDto } from './timeline.service.js';
import { effectWindows, iso, type Span, type Window } from './windows.js';

const HOUR_MS = 3_600_000;
const MAX_MARKS_AROUND = 1000;

/** What came of a change: before against after. */
@Injectable()
export class EffectService {
  constructor(private readonly database: Database) {}

  /** Throws 404 mark_not_found. */
  effect(id: string, { window, limit }: EffectQuery): Promise<EffectDto> {
    const windowMs = window * 60_000;
    return this.database.transaction({ work: 'background', readOnly: true, snapshot: true }, async (tx) => {
      const timeline = new TimelineReadModel(tx);
      const mark = await timeline.find(id);
      if (mark === undefined) throw markNotFound();
      const facts = await timeline.facts();
      const around = await timeline.around({
        from: iso(Date.parse(mark.beganAt) - windowMs - HOUR_MS),
        until: iso(Date.parse(mark.at) + windowMs + HOUR_MS),
        limit: MAX_MARKS_AROUND,
      });
      const windows = effectWindows(spanOf(mark), around.map(spanOf), windowMs, Date.parse(facts.asOf));
      const reads = new EffectReads(tx);
      const statements = await reads.statements(windows);
      const together = new Set(windows.together.map((span) => span.id));
      return {
        as_of: facts.asOf,
        limits: [...facts.limits, ...windows.notes, ...(await reads.limits()), ...limitsOf(statements)],
        mark: toMarkDto(mark),
        together_with: around.filter((other) => together.has(other.id)).map(toMarkDto),
        before: toWindowDto(windows.before),
        after: toWindowDto(windows.after),
        rule: ruleText,
        statements: statements && toChangesDto(statements, limit),
        routes: toChangesDto(await reads.routes(windows), limit),
      };
    });
  }
}

const spanOf = ({ id, name, beganAt, at }: MarkRow): Span => ({
  id,
  name,
  beganMs: Date.parse(beganAt),
  endedMs: Date.parse(at),
});

const toWindowDto = ({ fromMs, untilMs }: Window) => ({ from: iso(fromMs), until: iso(untilMs) });

function limitsOf(statements: Sides | null): string[] {
  if (statements === null)
    return ['Statements are not known: pg_stat_statements was not looked at both before and after'];
  return statements.sides.length < MAX_STATEMENTS
    ? []
    : [`Only the ${MAX_STATEMENTS} statements that make the greatest difference were compared`];
}

type Changed = TwoSides & Comparison;

function toChangesDto({ sides: all, hoursAfter }: Sides, limit: number): ChangesDto {
  const compared: Changed[] = all.map((sides) => ({
    ...sides,
    ...compare(sides.before, sides.after, hoursAfter),
  }));
  const changed = compared
    .filter(({ verdict }) => verdict === 'faster' || verdict === 'slower')
    .sort((one, other) => Math.abs(other.savedMsPerHour) - Math.abs(one.savedMsPerHour));
  return {
    changed: changed.slice(0, limit).map(toChangeDto),
    counts: Object.fromEntries(
      verdicts.map((verdict) => [verdict, compared.filter((one) => one.verdict === verdict).length]),
    ) as ChangesDto['counts'],
    saved_ms_per_hour: changed.reduce((sum, { savedMsPerHour }) => sum + savedMsPerHour, 0),
  };
}

const toChangeDto = (one: Changed): ChangesDto['changed'][number] => ({
  name: one.label ?? one.key,
  queryid: one.text === null && one.label === null ? null : one.key,
  text: one.text,
  verdict: one.verdict === 'faster' ? 'faster' : 'slower',
  before: toSideDto(one.before),
  after: toSideDto(one.after),
  ratio: one.ratio,
  p_value: one.p,
  saved_ms_per_hour: one.savedMsPerHour,
});

const toSideDto = ({ calls, meanMs, p95Ms }: Side) => ({ calls, mean_ms: meanMs, p95_ms: p95Ms });
