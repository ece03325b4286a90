export { type Athena, type AthenaOptions, startAthena } from './server.ts';
