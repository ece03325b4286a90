export type { Assumptions } from './assumptions.ts';
export type { FaultOptions, Faults, QueryCourse } from './faults.ts';
export { DOCUMENTED_LIMITS } from './limits.ts';
export { type Call, type CloudWatchLogs, type CloudWatchLogsOptions, startCloudWatchLogs } from './server.ts';
export type { GroupSettings, InputEvent } from './store.ts';
