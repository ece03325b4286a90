import { probeSetup } from '../compose.ts';
import { SpendError } from '../domain/errors.ts';
import { jsonText } from '../domain/printable.ts';
import { textFromSetup } from '../reports/setup/render.ts';
import { setupFromFacts } from '../setup/report.ts';
import { EXIT } from './exit.ts';
import type { OutputOptions } from './output.ts';

/** Says what is set up and what stands in the way; then the exit code is 1. */
export async function runDoctor({ region, json }: OutputOptions & { region?: string[] }): Promise<number> {
  const own = process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  const regions = region ?? (own ? [own] : []);
  if (regions.length === 0) throw new SpendError('INVALID_ARGUMENT', 'Say where to look: --region us-east-1,eu-west-1');
  const report = setupFromFacts(await probeSetup([...new Set(regions)]), Date.now());
  process.stdout.write(json ? `${jsonText(report)}\n` : textFromSetup(report));
  return report.findings.some(({ level }) => level === 'problem') ? EXIT.failure : EXIT.ok;
}
