import * as z from 'zod';
import { anomalies, quoteAnomalies } from '../../reports/anomalies/anomalies.ts';
import { shownFromAnomalies } from '../../reports/anomalies/render.ts';
import { anomaliesSchema } from '../../reports/anomalies/schema.ts';
import { defineTool } from '../define-tool.ts';
import { limitInput, periodInputs, usdInput, whereInput } from '../inputs.ts';
import { quoteAnswer, quoteInput, reportOrQuote } from '../quoted.ts';

export const detectAnomaliesTool = defineTool({
  name: 'detect_anomalies',
  title: 'Detect unusual Bedrock spend',
  description:
    'Hours in which a caller spent far more on a model than in the same hours of the weeks before, and callers new to a model, most expensive first, hours after they happen and not with the bill. Use it for "is anything running away", "who is new". For what made a whole period more expensive use explain_spend_change.',
  input: z.strictObject({
    from: periodInputs.from.describe('First day or instant to judge. Default: the last seven days of the logs.'),
    to: periodInputs.to.describe('End, exclusive. Default: the end of the logs.'),
    timezone: periodInputs.timezone,
    where: whereInput,
    floor_usd: usdInput.default('1').describe('Dollars an hour above the usual that are not worth a look.'),
    limit: limitInput(20),
    quote: quoteInput,
  }),
  output: reportOrQuote(anomaliesSchema),
  async run({ floor_usd: floorUsd, quote, ...rest }, context) {
    const question = { ...rest, floorUsd };
    if (quote) return quoteAnswer(await quoteAnomalies(question, context));
    const data = await anomalies(question, context);
    return { shown: () => shownFromAnomalies(data), exact: data };
  },
});
