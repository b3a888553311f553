import { judge, measureCache } from './cache/bench.js';
import { readOptions, usage } from './cache/options.js';
import { page } from './cache/page.js';
import { runBench } from './report/run-bench.js';

await runBench({
  usage,
  readOptions,
  run: async (options, say, signal) => {
    const result = await measureCache(options, say, signal);
    const bounds = judge(result);
    return { page: page(result, bounds), figures: result, bounds };
  },
});
