import { comparePartitioning, judge } from './partitioning/bench.js';
import { readOptions, usage } from './partitioning/options.js';
import { page } from './partitioning/page.js';
import { runBench } from './report/run-bench.js';

await runBench({
  usage,
  readOptions,
  run: async (options, say, signal) => {
    const result = await comparePartitioning(options, say, signal);
    const bounds = judge(result);
    return { page: page(result, bounds), figures: result, bounds };
  },
});
