export type { Assumptions } from './assumptions.ts';
export type { FaultOptions, Faults, QueryCourse } from './faults.ts';
export { DOCUMENTED_LIMITS } from './limits.ts';
export { type Athena, type AthenaOptions, type Call, startAthena } from './server.ts';
export type { WorkGroupSettings } from './work-groups.ts';
