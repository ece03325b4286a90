/** One account, through a role, in one region: what the clients of every AWS driver are made for. */
export interface AwsTarget {
  /** Undefined: the environment's own. */
  region: string | undefined;
  role: string | undefined;
  /** ` in eu-west-1 as role/auditor`, for messages; empty for the environment's own. */
  label: string;
  /** For an SDK client's constructor. */
  config: {
    region?: string;
    credentials?: ReturnType<typeof import('@aws-sdk/credential-providers')['fromTemporaryCredentials']>;
  };
}

/** Every region, once for each role. @param regions empty: the environment's own. @param roles ARNs; empty: its own credentials */
export async function awsTargets(regions: readonly string[], roles: readonly string[]): Promise<AwsTarget[]> {
  const everywhere = (roles.length > 0 ? roles : [undefined]).flatMap((role) =>
    (regions.length > 0 ? regions : [undefined]).map((region) => awsTarget(region, role)),
  );
  return Promise.all(everywhere);
}

async function awsTarget(region: string | undefined, role: string | undefined): Promise<AwsTarget> {
  const label = [region && ` in ${region}`, role && ` as role/${role.split('/').at(-1)}`].filter(Boolean).join('');
  const config = { ...(region ? { region } : {}), ...(role ? { credentials: await credentialsOf(role) } : {}) };
  return { region, role, label, config };
}

async function credentialsOf(role: string) {
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  return fromTemporaryCredentials({ params: { RoleArn: role, RoleSessionName: 'bedrock-spend' } });
}
