const LOG_NAME = /\.(json|jsonl|ndjson|log)(\.gz)?$/;

export function isLogName(name: string): boolean {
  return LOG_NAME.test(name);
}

/**
 * What AWS writes beside the logs: bodies over 100 KB under `data/`, and an empty marker when logging is switched on.
 * @param parts of the name, below the source
 */
export function isSideObject(parts: readonly string[]): boolean {
  return parts.slice(0, -1).includes('data') || parts.at(-1) === 'amazon-bedrock-logs-permission-check';
}
