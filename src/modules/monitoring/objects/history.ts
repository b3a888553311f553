import type { QueryRunner } from '../../../kernel/database/database.js';
import { SamplesReadModel } from '../samples/samples.read-model.js';
import { ObjectsReadModel } from './objects.read-model.js';

const DAY_MS = 86_400_000;

/** The figures that were kept of one object, by series. */
export async function historyOf(
  runner: QueryRunner,
  object: string,
  days: number,
  series: readonly string[],
) {
  const { asOf } = await new ObjectsReadModel(runner).viewer();
  const from = new Date(Date.parse(asOf) - days * DAY_MS).toISOString();
  const rows = await new SamplesReadModel(runner).points({ series, objects: [object], from, until: asOf });
  return {
    as_of: asOf,
    limits:
      rows.length > 0
        ? []
        : [`no figure of ${object} was kept in this time: once an hour the largest are looked at`],
    points: (name: string) =>
      rows.filter((row) => row.series === name).map(({ at, value }) => ({ at, value })),
  };
}
