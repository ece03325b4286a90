import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonWith } from '../../rigs/python/environment.ts';

/** AWS's service authorization reference, as cfn-lint brings it along: https://docs.aws.amazon.com/service-authorization/ */
export interface IamReference {
  /** Whether there is such an action. */
  has(action: string): boolean;
  /** Patterns of the resources that an action can be allowed on; none: on all alone, which is written `*`. */
  resourcesOf(action: string): RegExp[];
}

interface Service {
  Actions: Record<string, { Resources?: string[] }>;
  Resources: Record<string, { ARNFormats?: string[] }>;
}

/** Undefined on a machine without cfn-lint and without PyPI. */
export async function iamReference(): Promise<IamReference | undefined> {
  const { python, missing } = await pythonWith({ cfnlint: 'cfn-lint' });
  if (missing.length > 0) return undefined;
  const folder = execFileSync(python, ['-c', 'import cfnlint; print(cfnlint.__path__[0])'], {
    encoding: 'utf8',
  }).trim();
  const file = join(folder, 'data/AdditionalSpecs/Policies.json');
  const services = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Service>;
  const find = (action: string) => {
    const [name = '', operation = ''] = action.split(':');
    const service = services[name.toLowerCase()];
    return { service, found: service?.Actions[operation.toLowerCase()] };
  };
  return {
    has: (action) => find(action).found !== undefined,
    resourcesOf(action) {
      const { service, found } = find(action);
      return (found?.Resources ?? []).flatMap((type) =>
        (service?.Resources[type.toLowerCase()]?.ARNFormats ?? []).map((format) => patternOf(type, format)),
      );
    },
  };
}

/** Formats are regular expressions already, but for names like `${Partition}`. Buckets and objects have the same. */
function patternOf(type: string, format: string): RegExp {
  const last = { bucket: '[^/]+', object: '[^/]+/.*' }[type] ?? '.*';
  return new RegExp(`^${format.replaceAll(/\$\{\w+\}/g, '[^:]*').replace(/\.\*$/, last)}$`);
}
