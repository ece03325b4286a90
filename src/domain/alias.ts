/** What an unresolved model id (such as an application inference profile) stands for. */
export interface Alias {
  /** The id as the `model` dimension shows it unresolved: `application-inference-profile/<id>`. */
  unresolved: string;
  /** What it resolves to: a model id, with its routing prefix if it has one. */
  model: string;
  name: string | undefined;
  tags: Readonly<Record<string, string>>;
}
