/** What an unresolved model id (such as an application inference profile) stands for. */
export interface Alias {
  /** The id as the `model` dimension shows it unresolved: `application-inference-profile/<id>`. */
  unresolved: string;
  /** What it resolves to: a model id, with its routing prefix if it has one; `unresolved` again where only name and tags are known. */
  model: string;
  name: string | undefined;
  tags: Readonly<Record<string, string>>;
  /** How its tokens are paid, where that is not at the model's own prices. */
  tier?: string | undefined;
}

/**
 * The tier of calls through an alias; undefined: as the record says. Provisioned throughput is told by the id itself, whoever wrote
 * the alias, because its calls never cost what the model behind it costs.
 */
export function tierOfAlias({ unresolved, tier }: Alias): string | undefined {
  return unresolved.startsWith('provisioned-model/') ? 'provisioned' : tier;
}
