import { judge, measureOverload } from './overload/bench.js';
import { readOptions, usage } from './overload/options.js';
import { page } from './overload/page.js';
import { runBench } from './report/run-bench.js';

await runBench({
  usage,
  readOptions,
  run: async (options, say, signal) => {
    const result = await measureOverload(options, say, signal);
    const bounds = judge(result);
    return { page: page(result, bounds), figures: result, bounds };
  },
});
