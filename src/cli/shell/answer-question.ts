import type {
  ElicitRequestFormParams,
  ElicitRequestParams,
  ElicitRequestURLParams,
  ElicitResult,
} from '@modelcontextprotocol/client';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import { SpendError } from '../../domain/errors.ts';
import { indentedText, inlineText } from '../terminal/clean-text.ts';
import { styled } from '../terminal/spans.ts';
import type { Screen } from './screen.ts';
import { choicesOf, type InputSchema, valueFromText } from './tool-input.ts';

const CANCEL: ElicitResult = { action: 'cancel' };
const DECLINE: ElicitResult = { action: 'decline' };

export interface AskContext {
  screen: Screen;
  openBrowser(url: string): Promise<void>;
  /** Who asks, as the user knows it. */
  server: string;
  signal: AbortSignal;
}

/** Asks the user what a tool wants to know. In a script there is nobody to ask: the tool is told so. */
export async function answerQuestion(question: ElicitRequestParams, context: AskContext): Promise<ElicitResult> {
  const { screen, server } = context;
  screen.clearProgress();
  screen.note(styled('warning', `${server} asks: `), indentedText(question.message));
  if (!screen.interactive) {
    screen.note('Nobody is at a terminal to answer: cancelled.');
    return CANCEL;
  }
  return question.mode === 'url' ? visit(question, context) : fillIn(question, context);
}

/** One field after the other, then a last look. */
async function fillIn({ requestedSchema }: ElicitRequestFormParams, context: AskContext): Promise<ElicitResult> {
  const { screen, signal } = context;
  screen.note(styled('faint', 'Enter takes what stands in brackets; !decline says no; Ctrl-C cancels.'));
  const content: Record<string, unknown> = {};
  const { properties, required = [] } = requestedSchema as InputSchema;
  for (const [name, schema] of Object.entries(properties ?? {})) {
    const answer = await askField(name, schema, required.includes(name), context);
    if (answer === 'cancel') return CANCEL;
    if (answer === 'decline') return DECLINE;
    if (answer.value !== undefined) content[name] = answer.value;
  }
  const sure = await screen.ask(`Send ${JSON.stringify(content)}? [Y/n] `, { signal });
  if (sure === undefined) return CANCEL;
  return /^(|y|yes)$/i.test(sure.trim()) ? { action: 'accept', content: content as ElicitResult['content'] } : DECLINE;
}

async function askField(
  name: string,
  schema: InputSchema & { title?: string },
  required: boolean,
  { screen, signal }: AskContext,
): Promise<'cancel' | 'decline' | { value: unknown }> {
  const choices = choicesOf(schema);
  if (schema.description) screen.note(`  ${indentedText(schema.description)}`);
  if (choices.length > 0)
    screen.note(`  one${schema.type === 'array' ? ' or more' : ''} of ${inlineText(choices.join(', '))}`);
  const fallback = schema.default === undefined ? (required ? '' : ' [leave out]') : ` [${String(schema.default)}]`;
  for (;;) {
    const text = (await screen.ask(inlineQuestion(`${schema.title ?? name}${fallback}`), { signal }))?.trim();
    if (text === undefined) return 'cancel';
    if (text === '!decline') return 'decline';
    if (text === '' && (schema.default !== undefined || !required)) return { value: schema.default };
    try {
      return { value: checked(valueFromText(text, schema, name), schema, name) };
    } catch (error) {
      screen.note(styled('error', indentedText((error as Error).message)));
    }
  }
}

const inlineQuestion = (text: string) => `  ${inlineText(text)}: `;

function checked(value: unknown, schema: InputSchema, name: string): unknown {
  const { valid, errorMessage } = new AjvJsonSchemaValidator().getValidator(schema as never)(value);
  if (valid) return value;
  throw new SpendError('INVALID_ARGUMENT', `${name}: ${errorMessage?.replace(/^data /, '')}`);
}

/** A page where the user answers; what they answer there never comes this way. */
async function visit(
  { url }: ElicitRequestURLParams,
  { screen, signal, openBrowser }: AskContext,
): Promise<ElicitResult> {
  const { protocol, host } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') {
    screen.note(styled('error', `It would open ${inlineText(url)}, which is no web page: declined.`));
    return DECLINE;
  }
  screen.note('It wants you to open a page of ', styled('strong', host), `:\n  ${inlineText(url)}`);
  const answer = await screen.ask('Open it? [y/N] ', { signal });
  if (answer === undefined) return CANCEL;
  if (!/^y(es)?$/i.test(answer.trim())) return DECLINE;
  await openBrowser(url);
  return { action: 'accept' };
}
