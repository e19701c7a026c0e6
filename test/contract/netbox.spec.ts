import { writeFileSync } from 'node:fs';
import { scenario } from './netbox/recording';
import { replay } from './netbox/replay';
it('x', async () => {
  const r = await replay(scenario());
  writeFileSync('/tmp/nbreplay.json', JSON.stringify(r.differences, null, 1));
  const c: Record<string, number> = {};
  for (const d of r.differences) c[d.file] = (c[d.file] ?? 0) + 1;
  console.log(r.compared, r.agreeing, r.differences.length, [...r.skipped], JSON.stringify(c).replaceAll(',', '\n'));
}, 120000);
