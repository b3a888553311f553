import { judge, measureMonitoring } from './monitoring/bench.js';
import { readOptions, usage } from './monitoring/options.js';
import { page } from './monitoring/page.js';
import { runBench } from './report/run-bench.js';

await runBench({
  usage,
  readOptions,
  run: async (options, say, signal) => {
    const result = await measureMonitoring(options, say, signal);
    const bounds = judge(result);
    return { page: page(result, bounds), figures: result, bounds };
  },
});
