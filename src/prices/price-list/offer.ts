import * as z from 'zod';

/**
 * The parts of AWS's Price List that price Bedrock's tokens. Reserved capacity (AmazonBedrockService) and agents are others.
 * Structure: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
 */
export const OFFER_CODES = ['AmazonBedrock', 'AmazonBedrockFoundationModels'] as const;

export type OfferCode = (typeof OFFER_CODES)[number];

/** One of AWS's offers in one region, as published. */
export interface Offer {
  code: OfferCode;
  region: string;
  /** When AWS published it, ISO 8601. */
  published: string;
  products: OfferProduct[];
}

export interface OfferProduct {
  attributes: Readonly<Record<string, string | undefined>>;
  prices: OfferPrice[];
}

/** What a product costs from a day on. The amount stays the decimal text that AWS publishes. */
export interface OfferPrice {
  /** First UTC day it holds, YYYY-MM-DD. */
  from: string;
  unit: string;
  description: string;
  usd: string | undefined;
  /** First unit it holds for: anything but 0 is a price by volume. */
  beginRange: string;
}

const moment = z.iso.datetime({ offset: true });

const productSchema = z.object({ attributes: z.record(z.string(), z.string()) });

const termsSchema = z.record(
  z.string(),
  z.object({
    effectiveDate: moment,
    priceDimensions: z.record(
      z.string(),
      z.object({
        unit: z.string(),
        description: z.string().default(''),
        beginRange: z.string().default('0'),
        pricePerUnit: z.record(z.string(), z.string()),
      }),
    ),
  }),
);

const fileSchema = z.object({
  offerCode: z.enum(OFFER_CODES),
  publicationDate: moment,
  products: z.record(z.string(), productSchema),
  terms: z.object({ OnDemand: z.record(z.string(), termsSchema).default({}) }),
});

const listedProductSchema = z.object({
  product: productSchema,
  publicationDate: moment,
  terms: z.object({ OnDemand: termsSchema.default({}) }),
});

/** Reads a bulk offer file. @throws Error when it is not one, is cut off, or is another offer's */
export function offerFromFile(text: string, code: OfferCode, region: string): Offer {
  const file = fileSchema.parse(JSON.parse(text));
  if (file.offerCode !== code) throw new Error(`It is the offer ${file.offerCode}, not ${code}.`);
  return {
    code,
    region,
    published: file.publicationDate,
    products: Object.entries(file.products).map(([sku, { attributes }]) => ({
      attributes,
      prices: pricesFromTerms(file.terms.OnDemand[sku] ?? {}),
    })),
  };
}

/** Reads what `pricing:GetProducts` lists: a JSON text for each product. @throws Error when one is not, or there are none */
export function offerFromProducts(texts: readonly string[], code: OfferCode, region: string): Offer {
  const listed = texts.map((text) => listedProductSchema.parse(JSON.parse(text)));
  // Products of one offer carry its publication date each; should they differ, the oldest is all that can be promised.
  const [published] = listed.map(({ publicationDate }) => publicationDate).sort();
  if (published === undefined) throw new Error('It lists nothing.');
  return {
    code,
    region,
    published,
    products: listed.map(({ product, terms }) => ({
      attributes: product.attributes,
      prices: pricesFromTerms(terms.OnDemand),
    })),
  };
}

function pricesFromTerms(terms: z.output<typeof termsSchema>): OfferPrice[] {
  return Object.values(terms).flatMap(({ effectiveDate, priceDimensions }) =>
    Object.values(priceDimensions).map(({ unit, description, beginRange, pricePerUnit }) => ({
      from: effectiveDate.slice(0, 10),
      unit,
      description,
      beginRange,
      usd: pricePerUnit['USD'],
    })),
  );
}
