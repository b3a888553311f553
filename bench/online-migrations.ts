import { measureMigrations } from './online-migrations/bench.js';
import { judge } from './online-migrations/bounds.js';
import { readOptions, usage } from './online-migrations/options.js';
import { page } from './online-migrations/page.js';
import { runBench } from './report/run-bench.js';

await runBench({
  usage,
  readOptions,
  run: async (options, say, signal) => {
    const result = await measureMigrations(options, say, signal);
    const bounds = judge(result);
    return { page: page(result, bounds), figures: result, bounds };
  },
});
