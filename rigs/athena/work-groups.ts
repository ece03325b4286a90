/** CreateWorkGroup and DeleteWorkGroup: https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfiguration.html */
import type { Input } from '../aws/input.ts';
import { invalidRequest } from './errors.ts';
import type { WorkGroup } from './queries.ts';

interface Configuration {
  ResultConfiguration?: { OutputLocation?: string };
  EnforceWorkGroupConfiguration?: boolean;
  BytesScannedCutoffPerQuery?: number;
  ManagedQueryResultsConfiguration?: { Enabled: boolean };
}

export function createWorkGroup(groups: Record<string, WorkGroup>, input: Input): unknown {
  const { Name, Configuration = {} } = input as unknown as { Name: string; Configuration?: Configuration };
  if (Object.hasOwn(groups, Name)) throw invalidRequest('WorkGroup is already created');
  const { OutputLocation: outputLocation } = Configuration.ResultConfiguration ?? {};
  const { BytesScannedCutoffPerQuery: cutoff } = Configuration;
  groups[Name] = {
    enforced: Configuration.EnforceWorkGroupConfiguration ?? true,
    managedResults: Configuration.ManagedQueryResultsConfiguration?.Enabled ?? false,
    ...(outputLocation !== undefined && { outputLocation }),
    ...(cutoff !== undefined && { bytesScannedCutoffPerQuery: cutoff }),
  };
  return {};
}

export function deleteWorkGroup(groups: Record<string, WorkGroup>, { WorkGroup: name }: Input): unknown {
  if (!Object.hasOwn(groups, String(name))) throw invalidRequest('WorkGroup is not found.');
  delete groups[String(name)];
  return {};
}
