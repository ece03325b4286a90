/** How a request was routed, which decides its rate: `global.` profiles, geographic profiles (`us.`, `eu.`, …), or one region. */
export type Scope = 'in-region' | 'geo' | 'global' | 'unknown';
