import { z } from 'zod';
import { count, milliseconds, percent } from './figures.js';

export const dashboardSchema = z
  .object({
    events_today: count.meta({ description: 'Events ingested in the trailing 24 hours.' }),
    events_total: count,
    success_rate: percent.meta({
      description: 'Successful of all attempts, in percent; 0 without attempts.',
    }),
    avg_delivery_time_ms: milliseconds.nullable().meta({ description: 'Over attempts with a duration.' }),
    active_endpoints: count,
    total_deliveries: count.meta({ description: 'Attempts, those in flight included.' }),
    successful_deliveries: count,
    failed_deliveries: count,
  })
  .meta({ id: 'Dashboard' });

export type DashboardDto = z.infer<typeof dashboardSchema>;

export const dashboardExample: DashboardDto = {
  events_today: 1280,
  events_total: 64_021,
  success_rate: 92.1,
  avg_delivery_time_ms: 181.4,
  active_endpoints: 9,
  total_deliveries: 76_802,
  successful_deliveries: 70_735,
  failed_deliveries: 6_041,
};
