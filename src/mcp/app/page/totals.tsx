import { lackingTexts } from '../../../domain/unpriced.ts';
import type { FlatReport } from '../../../reports/report.ts';
import { lackingIn } from '../../../reports/unknown-text.ts';
import { compact, count, dollars, exactDollars, inputOf, tokensOf } from './text.ts';

/** Dollars, and beside them what is not in the dollars. */
export function Totals({ report: { totals } }: { report: FlatReport }) {
  const input = inputOf(totals);
  const cached = input === 0 ? 0 : Math.round((totals.cache_read_tokens / input) * 100);
  return (
    <dl class="totals">
      <Tile name="Cost" value={dollars(totals.cost_usd)} detail={`exactly ${exactDollars(totals.cost_usd)}`} main />
      <Tile name="Invocations" value={count(totals.invocations)} detail={`${count(totals.errors)} with an error`} />
      <Tile
        name="Not known"
        value={count(totals.unpriced_invocations)}
        detail={lacksOf(totals)}
        warn={totals.unpriced_invocations > 0}
      />
      <Tile
        name="Tokens"
        value={compact(tokensOf(totals))}
        detail={`${compact(totals.output_tokens)} output; ${cached} % of input read from a cache`}
      />
    </dl>
  );
}

/** What is missing of the cost, by reason. */
function lacksOf(totals: FlatReport['totals']): string {
  const lacks = lackingTexts(lackingIn(totals));
  return lacks.length > 0 ? `${lacks.join(', ')}; not in the cost` : 'everything has a price';
}

interface TileProps {
  name: string;
  value: string;
  detail: string;
  main?: boolean;
  warn?: boolean;
}

function Tile({ name, value, detail, main = false, warn = false }: TileProps) {
  return (
    <div class={`tile${main ? ' main' : ''}${warn ? ' warn' : ''}`}>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span>{detail}</span>
      </dd>
    </div>
  );
}
