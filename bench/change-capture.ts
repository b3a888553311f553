import { measureCapture } from './change-capture/bench.js';
import { judge } from './change-capture/bounds.js';
import { readOptions, usage } from './change-capture/options.js';
import { page } from './change-capture/page.js';
import { runBench } from './report/run-bench.js';

await runBench({
  usage,
  readOptions,
  run: async (options, say, signal) => {
    const result = await measureCapture(options, say, signal);
    const bounds = judge(result);
    return { page: page(result, bounds), figures: result, bounds };
  },
});
