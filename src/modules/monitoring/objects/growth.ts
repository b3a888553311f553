import type { ObjectsReadModel } from './objects.read-model.js';
import { slopeOf } from './slope.js';

const WATCHED_DAYS = 14;
/** 28 points each, of up to 400 objects. */
const STEP_HOURS = 12;

/** Bytes a day by object, of those that were watched for a day or more. */
export async function growthOf(
  objects: ObjectsReadModel,
  series: string,
): Promise<Map<string, { perDay: number; sizeBytes: number }>> {
  const steps = await objects.steps({ series, objects: null, days: WATCHED_DAYS, stepHours: STEP_HOURS });
  const growth = new Map<string, { perDay: number; sizeBytes: number }>();
  for (const [object, points] of steps) {
    const slope = slopeOf(points);
    const last = points.at(-1);
    if (slope !== null && last !== undefined)
      growth.set(object, { perDay: Math.round(slope.perDay), sizeBytes: last.value });
  }
  return growth;
}
