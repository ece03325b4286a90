import type { UsageClass } from '../../src/domain/usage-class.ts';

/** What a public catalogue says of a model on Bedrock: USD per million tokens, as decimal text. A rate of zero says nothing. */
export interface CatalogueRate {
  /** With its routing, as requests have it: `us.anthropic.claude-opus-4-8`. */
  id: string;
  /** Prompt tokens above which it holds. */
  above: number;
  rates: Partial<Record<UsageClass, string>>;
}

/** A package on the npm registry, and where in it the prices of Bedrock are. */
export interface Catalogue {
  package: string;
  /** Which of its files to read. */
  files: RegExp;
  read(texts: readonly string[]): CatalogueRate[];
  /** Its ids are beginnings of ids, so that one we do not know is no model that we lack. */
  beginnings?: true;
}

/** A catalogue as it was read. */
export interface ReadCatalogue {
  name: string;
  version: string;
  /** Epoch milliseconds. */
  published: number;
  beginnings?: true;
  rates: CatalogueRate[];
}
