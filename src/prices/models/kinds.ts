import type { Doubt } from '../../domain/doubt.ts';
import type { UnpricedReason } from '../../domain/unpriced.ts';

type BilledBy = Extract<UnpricedReason, `billed_by_${string}`>;

/**
 * Models that are not billed by text tokens alone, as https://aws.amazon.com/bedrock/pricing/ lists them by provider: rerankers by
 * query, image models by image, video and audio by second, speech by tokens of its own.
 */
const OTHER_UNITS: readonly (readonly [model: RegExp, by: BilledBy])[] = [
  [/^(cohere|amazon)\.rerank-/, 'billed_by_query'],
  [/^stability\./, 'billed_by_image'],
  [/^amazon\.(nova-canvas|titan-image-generator)-/, 'billed_by_image'],
  [/^amazon\.nova-reel-/, 'billed_by_second'],
  [/^luma\./, 'billed_by_second'],
  [/^twelvelabs\./, 'billed_by_second'],
  [/^amazon\.nova-(\d+-)*(sonic|omni)(-|$)/, 'billed_by_speech'],
];

/** What a model is billed by, in place of text tokens or besides them. @param model without routing */
export function billedBy(model: string): BilledBy | undefined {
  return OTHER_UNITS.find(([pattern]) => pattern.test(model))?.[1];
}

/** Embeddings of text by the token and of images by the image, in one model. */
const TEXT_AND_IMAGES = /^(amazon\.(titan-embed-image|nova-(\d+-)?multimodal-embed)|cohere\.embed-)/;

/** Whether a call without text tokens embedded an image, which is billed by itself. */
export function embedsImages(model: string): boolean {
  return TEXT_AND_IMAGES.test(model);
}

/** They turn text into numbers: no output is counted, and no other kind of model can stand in for them. */
export function isEmbedding(model: string): boolean {
  return /embed/.test(model);
}

/** Families whose models are billed by text tokens, images in the prompt among them. Of a family that is not named it is not known. */
const TEXT_FAMILIES =
  /^(anthropic\.claude-|amazon\.(nova-(\d+-)*(micro|lite|pro|premier)|titan-text-|titan-embed-text)|meta\.llama|mistral\.(mistral|mixtral|ministral|pixtral|magistral|devstral)|deepseek\.|qwen\.|openai\.gpt-|google\.gemma-|moonshot(ai)?\.kimi-|minimax\.minimax-|zai\.glm-|nvidia\.nemotron-|xai\.grok-|writer\.palmyra-x|cohere\.(command-|embed-(english|multilingual)-)|ai21\.)/;

/** Whether a model is known to be billed by text tokens alone. */
export function isTextModel(model: string): boolean {
  return TEXT_FAMILIES.test(model);
}

export const MODALITY_DOUBT: Doubt = {
  code: 'modality_unknown',
  text: 'Whether all of its tokens are text is not known; speech, audio, images or video may be billed apart.',
};
