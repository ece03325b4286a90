export type { FaultOptions } from '../aws/rules.ts';
export type { Call } from '../aws/service.ts';
export type { Assumptions } from './assumptions.ts';
export type { Faults, QueryCourse } from './faults.ts';
export { DOCUMENTED_LIMITS } from './limits.ts';
export { type Athena, type AthenaOptions, startAthena } from './server.ts';
export type { WorkGroupSettings } from './work-groups.ts';
