import { useEffect, useState } from 'preact/hooks';
import { usdFromText } from '../../../domain/money.ts';
import type { Routing, Tier } from '../../../reports/simulate/assumptions.ts';
import type { SimulatedRow, Simulation } from '../../../reports/simulate/schema.ts';
import { askWhatIf, type Change } from './answers.ts';
import { type Column, DataTable } from './data-table.tsx';
import { Notes } from './notes.tsx';
import { hashFromQuestion, type Question } from './question.ts';
import type { Server } from './server.ts';
import { clean, costOf, dollars, share } from './text.ts';
import { useAnswer } from './use-answer.ts';
import { Waiting } from './waiting.tsx';

const ROUTINGS = ['global', 'geo', 'in-region'] as const satisfies readonly Routing[];
const TIERS = ['standard', 'batch', 'flex', 'priority'] as const satisfies readonly Tier[];
const CACHE_SHARES = [0.5, 0.8, 0.95];

interface WhatIfProps {
  server: Server;
  question: Question;
  /** Notes that the page has already. */
  said: readonly string[];
}

/** The same requests otherwise; without any change, what would have saved money. */
export function WhatIf({ server, question, said }: WhatIfProps) {
  const [change, setChange] = useState<Change>({});
  const key = `${hashFromQuestion(question)} ${JSON.stringify(change)}`;
  const [answer, again] = useAnswer(key, (signal) => askWhatIf(server, question, change, signal));
  const [models, setModels] = useState<readonly string[]>([]);
  useEffect(() => setModels((known) => withModels(known, answer.data)), [answer.data]);
  return (
    <>
      <ChangeFields change={change} models={models} onChange={setChange} />
      <Waiting answer={answer} onAgain={again}>
        {(simulation) => <Outcome simulation={simulation} said={said} />}
      </Waiting>
    </>
  );
}

interface ChangeFieldsProps {
  change: Change;
  models: readonly string[];
  onChange: (change: Change) => void;
}

function ChangeFields({ change, models, onChange }: ChangeFieldsProps) {
  const without = (name: keyof Change): Change => {
    const { [name]: _, ...rest } = change;
    return rest;
  };
  const set = (name: keyof Change, value: string) =>
    onChange(value === '' ? without(name) : { ...change, [name]: name === 'cache_share' ? Number(value) : value });
  return (
    <div class="controls">
      <label>
        On the model
        <input
          list="models"
          placeholder="as it is"
          value={change.model ?? ''}
          onChange={({ currentTarget }) => set('model', currentTarget.value.trim())}
        />
      </label>
      <datalist id="models">
        {models.map((model) => (
          <option key={model} value={model} />
        ))}
      </datalist>
      <Choice name="routed" value={change.routing} options={ROUTINGS} onChoose={(value) => set('routing', value)} />
      <Choice name="on the tier" value={change.tier} options={TIERS} onChoose={(value) => set('tier', value)} />
      <label>
        cached prompts
        <select
          value={change.cache_share ?? ''}
          onChange={({ currentTarget }) => set('cache_share', currentTarget.value)}
        >
          <option value="">as they are</option>
          {CACHE_SHARES.map((part) => (
            <option key={part} value={part}>
              {Math.round(part * 100)} % more
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

interface ChoiceProps {
  name: string;
  value: string | undefined;
  options: readonly string[];
  onChoose: (value: string) => void;
}

function Choice({ name, value = '', options, onChoose }: ChoiceProps) {
  return (
    <label>
      {name}
      <select value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        <option value="">as it is</option>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}

function Outcome({ simulation, said }: { simulation: Simulation; said: readonly string[] }) {
  const { by, rows, totals, simulated, notes } = simulation;
  const { before_usd: before, after_usd: after, saving_usd: saving } = totals;
  return (
    <>
      <p class="headline">
        {after === undefined || saving === undefined
          ? rows.length === 0
            ? 'No alternative that we know of would have saved money.'
            : 'What would have saved money, each by itself:'
          : headline(simulated, { before, after, saving })}
      </p>
      {rows.length > 0 && (
        <DataTable
          name="What if"
          columns={columnsOf(by)}
          rows={rows}
          keyOf={({ key }) => JSON.stringify(Object.values(key))}
        />
      )}
      <Notes notes={notes} said={said} />
    </>
  );
}

function columnsOf(by: readonly string[]): Column<SimulatedRow>[] {
  return [
    ...by.map((name): Column<SimulatedRow> => ({ name, kind: 'text', cell: ({ key }) => clean(key[name] ?? '') })),
    { name: 'cost', kind: 'wide number', cell: (row) => costOf({ ...row, cost_usd: row.before_usd }) },
    { name: 'otherwise', kind: 'number', cell: (row) => costOf({ ...row, cost_usd: row.after_usd }) },
    {
      name: 'saved',
      kind: 'strong number',
      cell: ({ saving_usd: saving }) => (usdFromText(saving).eq(0) ? '–' : dollars(saving)),
    },
  ];
}

function headline(simulated: string, { before, after, saving }: { before: string; after: string; saving: string }) {
  const saved = usdFromText(saving);
  const [difference, word] = saved.lt(0) ? [saved.neg(), 'more'] : [saved, 'less'];
  const part = share(difference.toFixed(), before).text;
  return `${clean(simulated)}: ${dollars(after)} instead of ${dollars(before)}, ${dollars(difference.toFixed())} ${word}${part ? ` (${part})` : ''}.`;
}

/** Ids to offer: those that are used, and those that would have been cheaper. */
function withModels(known: readonly string[], { rows = [] }: Partial<Simulation> = {}): readonly string[] {
  const named = rows.flatMap(({ key }) => [key['model'] ?? '', key['alternative'] ?? '']);
  return [...new Set([...known, ...named.filter((name) => /^[a-z0-9-]+\.\S+$/.test(name))])];
}
