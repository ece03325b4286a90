import { sourceTextFrom, wrongSource } from '../source-text.ts';

/** Whose metrics are read: every region, once for each role. */
export interface MetricsSource {
  /** Empty: the environment's own. */
  regions: readonly string[];
  /** Roles to assume, each in an account of its own. Empty: the environment's own credentials. */
  roles: readonly string[];
}

const USAGE = 'metrics:?region=us-east-1,eu-west-1&role=ROLE-ARN; the parameters may be left out';

/** Reads `metrics:[?region=R[,R]][&role=ARN[,ARN]]`. @throws SpendError INVALID_SETTING */
export function metricsSourceFromText(text: string): MetricsSource {
  const source = sourceTextFrom(text, ['region', 'role'], USAGE);
  if (source.path !== '') throw wrongSource(text, 'metrics have no path', USAGE);
  return { regions: source.list('region'), roles: source.list('role') };
}
