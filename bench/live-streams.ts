import { judge, measureStreams } from './live-streams/bench.js';
import { readOptions, usage } from './live-streams/options.js';
import { page } from './live-streams/page.js';
import { runBench } from './report/run-bench.js';

await runBench({
  usage,
  readOptions,
  run: async (options, say, signal) => {
    const result = await measureStreams(options, say, signal);
    const bounds = judge(result);
    return { page: page(result, bounds), figures: result, bounds };
  },
});
