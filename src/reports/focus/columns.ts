/** What a column holds. Decimals are exact text; times are UTC. */
export type FocusType = 'string' | 'decimal' | 'time' | 'json';

/**
 * The columns of an export, after FOCUS 1.2 (https://focus.finops.org/focus-specification/v1-2/): those that must be there, those that
 * usage has something to say in, and with `x_` what FOCUS has no column for. docs/focus.md is made from this table.
 */
export const FOCUS_COLUMNS = {
  BilledCost: {
    type: 'decimal',
    meaning: 'Tokens times rate; empty where no price is known. An estimate from logs, not an invoice',
  },
  BillingAccountId: { type: 'string', meaning: 'The account that called; logs do not name the payer' },
  BillingAccountName: { type: 'string', meaning: 'Empty' },
  BillingCurrency: { type: 'string', meaning: 'USD' },
  BillingPeriodStart: { type: 'time', meaning: 'First day of the month' },
  BillingPeriodEnd: { type: 'time', meaning: 'First day of the month after' },
  ChargeCategory: { type: 'string', meaning: 'Usage' },
  ChargeClass: { type: 'string', meaning: 'Empty: nothing is a correction' },
  ChargeDescription: { type: 'string', meaning: 'Model, kind of token, routing and tier in words' },
  ChargeFrequency: { type: 'string', meaning: 'Usage-Based' },
  ChargePeriodStart: { type: 'time', meaning: 'The UTC day' },
  ChargePeriodEnd: { type: 'time', meaning: 'The day after' },
  ConsumedQuantity: { type: 'decimal', meaning: 'Tokens' },
  ConsumedUnit: { type: 'string', meaning: 'Tokens' },
  ContractedCost: { type: 'decimal', meaning: 'As BilledCost' },
  ContractedUnitPrice: { type: 'decimal', meaning: 'The rate that was used, your overrides included' },
  EffectiveCost: { type: 'decimal', meaning: 'As BilledCost' },
  InvoiceIssuerName: { type: 'string', meaning: 'AWS' },
  ListCost: { type: 'decimal', meaning: 'Tokens times the list price; empty where only your overrides name one' },
  ListUnitPrice: { type: 'decimal', meaning: 'The list price; empty likewise' },
  PricingCategory: { type: 'string', meaning: 'Standard' },
  PricingCurrency: { type: 'string', meaning: 'USD' },
  PricingQuantity: { type: 'decimal', meaning: 'Millions of tokens' },
  PricingUnit: { type: 'string', meaning: '1000000 Tokens' },
  ProviderName: { type: 'string', meaning: 'AWS' },
  PublisherName: { type: 'string', meaning: 'Who made the model, as its id says' },
  RegionId: { type: 'string', meaning: 'Where the call was sent, which its price goes by' },
  ResourceId: { type: 'string', meaning: 'Inference profile or provisioned model, if there was one' },
  ServiceCategory: { type: 'string', meaning: 'AI and Machine Learning' },
  ServiceName: { type: 'string', meaning: 'Amazon Bedrock' },
  ServiceSubcategory: { type: 'string', meaning: 'Generative AI' },
  SkuId: { type: 'string', meaning: 'Model, kind of token, routing and tier; AWS’s own SKU is not in the logs' },
  SkuMeter: { type: 'string', meaning: 'Kind of token' },
  SkuPriceId: { type: 'string', meaning: 'The SKU, with the region and the day from which its rate holds' },
  SubAccountId: { type: 'string', meaning: 'The account that called' },
  Tags: { type: 'json', meaning: 'The keys of request metadata and tags that were asked for' },
  x_Model: { type: 'string', meaning: 'Foundation model' },
  x_Principal: { type: 'string', meaning: 'Who called' },
  x_Scope: { type: 'string', meaning: 'in-region, geo, global or unknown' },
  x_Tier: { type: 'string', meaning: 'Service tier' },
  x_PriceDoubts: {
    type: 'string',
    meaning: 'Codes of what is uncertain about the rate, separated by spaces ([docs/pricing.md](pricing.md))',
  },
  x_PriceSource: { type: 'string', meaning: 'Which part of the price book the rate is from; empty: unpriced' },
} as const satisfies Record<string, { type: FocusType; meaning: string }>;

export type FocusColumn = keyof typeof FOCUS_COLUMNS;

/** A charge: one kind of token of one model, caller and day. `null` is FOCUS’s way to say that there is no value. */
export type FocusRow = Readonly<Record<FocusColumn, string | null>>;
