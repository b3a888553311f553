import { forecast, type DiskForecast } from './disk-forecast.js';
import type { ObjectsReadModel } from './objects.read-model.js';
import { series } from './series.js';

export interface DiskView {
  /** Of the last look; null: the disk cannot be seen. */
  freeBytes: number | null;
  forecast: DiskForecast;
  limits: string[];
}

const WATCHED_DAYS = 14;
/** 112 points: so that one of them is not the echo of the one before. */
const STEP_HOURS = 3;
const FRESH_HOURS = 3;

const unseen =
  'the free disk is not known: the server is on another machine, in a container of its own, or hides where its data is from ' +
  'this role (GRANT pg_monitor TO it, where both are on one machine)';

/** By what the hourly look has kept. */
export async function diskView(objects: ObjectsReadModel): Promise<DiskView> {
  const which = { series: series.freeDisk, objects: [''], days: WATCHED_DAYS, stepHours: STEP_HOURS };
  const points = (await objects.steps(which)).get('') ?? [];
  const last = points.at(-1);
  const isFresh = last !== undefined && last.hours > -FRESH_HOURS;
  return {
    freeBytes: isFresh ? last.value : null,
    forecast: forecast(isFresh ? points : []),
    limits: isFresh ? [] : [unseen],
  };
}
