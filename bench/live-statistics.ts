import { measureSideBySide } from './live-statistics/bench.js';
import { judge } from './live-statistics/bounds.js';
import { growthPage } from './live-statistics/growth-page.js';
import { judgeGrowth, measureGrowth } from './live-statistics/growth.js';
import { readOptions, usage } from './live-statistics/options.js';
import { page } from './live-statistics/page.js';
import { runBench } from './report/run-bench.js';

await runBench({
  usage,
  readOptions,
  run: async (options, say, signal) => {
    if (options.growth) {
      const scales = await measureGrowth(options, say, signal);
      const bounds = judgeGrowth(scales);
      return { page: growthPage(scales, bounds), figures: { scales }, bounds };
    }
    const result = await measureSideBySide(options, say, signal);
    const bounds = judge(result);
    return { page: page(result, bounds), figures: result, bounds };
  },
});
