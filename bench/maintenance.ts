import { measureJobs } from './maintenance/bench.js';
import { readOptions, usage } from './maintenance/options.js';
import { page } from './maintenance/page.js';
import { judge } from './maintenance/result.js';
import { runBench } from './report/run-bench.js';

await runBench({
  usage,
  readOptions,
  run: async (options, say, signal) => {
    const result = await measureJobs(options, say, signal);
    const bounds = judge(result);
    return { page: page(result, bounds), figures: result, bounds };
  },
});
