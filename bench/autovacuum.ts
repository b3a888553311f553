import { judge, measureAutovacuum } from './autovacuum/bench.js';
import { readOptions, usage } from './autovacuum/options.js';
import { page } from './autovacuum/page.js';
import { runBench } from './report/run-bench.js';

await runBench({
  usage,
  readOptions,
  run: async (options, say, signal) => {
    const result = await measureAutovacuum(options, say, signal);
    const bounds = judge(result);
    return { page: page(result, bounds), figures: result, bounds };
  },
});
