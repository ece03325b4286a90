export interface Principal {
  /** `role/NAME`, `user/PATH/NAME`, `root`, `federated-user/NAME`; the whole ARN where it is of another form. */
  principal: string | undefined;
  /** The role session: for people behind SSO usually their sign-in name. */
  session: string | undefined;
}

/** Who made a request, from `identity.arn` (a role's path is not in an assumed-role ARN, so it is dropped everywhere). */
export function principalFromArn(arn: string | undefined): Principal {
  if (arn === undefined || arn === '') return { principal: undefined, session: undefined };
  const resource = /^arn:[^:]+:(?:iam|sts):[^:]*:[^:]*:(.+)$/.exec(arn)?.[1];
  if (resource === undefined) return { principal: arn, session: undefined };
  const [kind, ...rest] = resource.split('/') as [string, ...string[]];
  if (kind === 'assumed-role' && rest[0])
    return { principal: `role/${rest[0]}`, session: rest.slice(1).join('/') || undefined };
  if (kind === 'role' && rest.length > 0) return { principal: `role/${rest.at(-1)}`, session: undefined };
  return { principal: resource, session: undefined };
}
