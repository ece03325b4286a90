export { type CloudWatchLogs, type CloudWatchLogsOptions, startCloudWatchLogs } from './server.ts';
