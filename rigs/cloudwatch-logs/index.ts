export type { FaultOptions } from '../aws/rules.ts';
export type { Call } from '../aws/service.ts';
export type { Assumptions } from './assumptions.ts';
export type { Faults, QueryCourse } from './faults.ts';
export { DOCUMENTED_LIMITS } from './limits.ts';
export { type CloudWatchLogs, type CloudWatchLogsOptions, startCloudWatchLogs } from './server.ts';
export type { GroupSettings, InputEvent } from './store.ts';
