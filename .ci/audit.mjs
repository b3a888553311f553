// Fails when a dependency of the server has a known vulnerability that is high or critical. Registries need not know of
// any: then it says so, and that is all.
import { readFileSync } from 'node:fs';

const text = readFileSync(process.argv[2], 'utf8');
const report = text.trim() === '' ? {} : JSON.parse(text);
if (report.metadata === undefined) {
  console.log(`not audited: the registry in use has no advisories (${report.message ?? 'no answer'})`);
  process.exit(0);
}
const { high, critical, total } = report.metadata.vulnerabilities;
console.log(`${total} known vulnerabilities, ${high} of them high, ${critical} critical`);
for (const [name, { severity, range }] of Object.entries(report.vulnerabilities ?? {}))
  console.log(`  ${severity}  ${name} ${range}`);
process.exit(high + critical > 0 ? 1 : 0);
