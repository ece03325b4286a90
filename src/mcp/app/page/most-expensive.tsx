import type { ExpensiveRequest } from '../../../reports/expensive/schema.ts';
import { askMostExpensive } from './answers.ts';
import { type Column, DataTable } from './data-table.tsx';
import { Notes } from './notes.tsx';
import { hashFromQuestion, type Question } from './question.ts';
import type { Server } from './server.ts';
import { clean, count, dollars, inputOf, minute } from './text.ts';
import { useAnswer } from './use-answer.ts';
import { Waiting } from './waiting.tsx';

interface MostExpensiveProps {
  server: Server;
  question: Question;
  /** Notes that the page has already. */
  said: readonly string[];
}

/** The most expensive requests. Their text is in no answer of the server. */
export function MostExpensive({ server, question, said }: MostExpensiveProps) {
  const [answer, again] = useAnswer(hashFromQuestion(question), (signal) => askMostExpensive(server, question, signal));
  return (
    <Waiting answer={answer} onAgain={again}>
      {({ invocations, notes }) => (
        <>
          <DataTable
            name="Most expensive requests"
            columns={COLUMNS}
            rows={invocations}
            keyOf={(row) => row.request_id}
          />
          <Notes notes={notes} said={said} />
        </>
      )}
    </Waiting>
  );
}

const COLUMNS: readonly Column<ExpensiveRequest>[] = [
  { name: 'at (UTC)', kind: 'text', cell: ({ at }) => minute(at) },
  { name: 'who', kind: 'text', cell: ({ session, principal }) => clean(session ?? principal ?? 'unknown') },
  { name: 'model', kind: 'text', cell: ({ model }) => clean(model) },
  { name: 'cost', kind: 'strong number', cell: ({ cost_usd: cost }) => (cost === undefined ? '' : dollars(cost)) },
  { name: 'input', kind: 'wide number', cell: (request) => count(inputOf(request)) },
  { name: 'output', kind: 'wide number', cell: ({ output_tokens: tokens }) => count(tokens) },
  { name: 'ended', kind: 'wide text', cell: ({ stop_reason: reason, status }) => clean(reason ?? status) },
  { name: 'request', kind: 'wide text', cell: ({ request_id: id }) => <code>{clean(id)}</code> },
];
