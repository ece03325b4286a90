/** https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroup.html */
import { type Input, requiredText } from './input.ts';
import { invalidRequest } from './service-error.ts';

export interface WorkGroupSettings {
  /** `s3://bucket/prefix/` */
  outputLocation?: string;
  /** The workgroup's settings come before those of a query. */
  enforce?: boolean;
  bytesScannedCutoffPerQuery?: number;
}

export type WorkGroups = Readonly<Record<string, WorkGroupSettings>>;

export const PRIMARY = 'primary';

/** @throws ServiceError */
export function findWorkGroup(groups: WorkGroups, name: string): WorkGroupSettings {
  const found = Object.hasOwn(groups, name) ? groups[name] : undefined;
  if (!found) throw invalidRequest('WorkGroup is not found.');
  return found;
}

export function getWorkGroup(groups: WorkGroups, input: Input, createdMs: number): unknown {
  const name = requiredText(input, 'WorkGroup');
  const { outputLocation, enforce = false, bytesScannedCutoffPerQuery } = findWorkGroup(groups, name);
  return {
    WorkGroup: {
      Name: name,
      State: 'ENABLED',
      CreationTime: createdMs / 1000,
      Configuration: {
        ResultConfiguration: outputLocation ? { OutputLocation: outputLocation } : {},
        EnforceWorkGroupConfiguration: enforce,
        PublishCloudWatchMetricsEnabled: false,
        RequesterPaysEnabled: false,
        EngineVersion: ENGINE_VERSION,
        ...(bytesScannedCutoffPerQuery !== undefined && { BytesScannedCutoffPerQuery: bytesScannedCutoffPerQuery }),
      },
    },
  };
}

export const ENGINE_VERSION = { SelectedEngineVersion: 'AUTO', EffectiveEngineVersion: 'Athena engine version 3' };
