/** Geographies of cross-region inference, by the first part of a region's name. */
const GEOGRAPHIES: Readonly<Record<string, string>> = { us: 'us', eu: 'eu', ap: 'apac', ca: 'ca', sa: 'sa' };

/**
 * The model id, with its routing prefix, that a profile's destinations come to. Bedrock lists one foundation model ARN for each
 * destination region and does not say how the profile routes: one region is in-region, several of one geography are geo, an ARN
 * without region or regions of several geographies are global.
 */
export function modelFromDestinations(arns: readonly string[]): string | undefined {
  const parts = arns.map((arn) => /^arn:[^:]*:bedrock:([^:]*):[^:]*:foundation-model\/(.+)$/.exec(arn));
  const [first] = parts;
  if (!first || parts.some((part) => part?.[2] !== first[2])) return undefined;
  const regions = [...new Set(parts.map((part) => part?.[1] ?? ''))];
  const geographies = new Set(regions.map((region) => GEOGRAPHIES[region.split('-')[0] ?? ''] ?? ''));
  if (regions.includes('') || geographies.size > 1) return `global.${first[2]}`;
  if (regions.length === 1) return first[2];
  return `${[...geographies][0]}.${first[2]}`;
}
