import { askDearest } from './answers.ts';
import { Notes } from './notes.tsx';
import { hashFromQuestion, type Question } from './question.ts';
import { Scroll } from './scroll.tsx';
import type { Server } from './server.ts';
import { clean, count, dollars, minute } from './text.ts';
import { useAnswer } from './use-answer.ts';
import { Waiting } from './waiting.tsx';

interface DearestProps {
  server: Server;
  question: Question;
  /** Notes that the page has already. */
  said: readonly string[];
}

/** The dearest requests. Their text is in no answer of the server. */
export function Dearest({ server, question, said }: DearestProps) {
  const [answer, again] = useAnswer(hashFromQuestion(question), (signal) => askDearest(server, question, signal));
  return (
    <Waiting answer={answer} onAgain={again}>
      {({ invocations, notes }) => (
        <>
          <Scroll name="Dearest requests">
            <table>
              <thead>
                <tr>
                  <th scope="col">at (UTC)</th>
                  <th scope="col">who</th>
                  <th scope="col">model</th>
                  <th scope="col" class="number">
                    cost
                  </th>
                  <th scope="col" class="number wide">
                    input
                  </th>
                  <th scope="col" class="number wide">
                    output
                  </th>
                  <th scope="col" class="wide">
                    ended
                  </th>
                  <th scope="col" class="wide">
                    request
                  </th>
                </tr>
              </thead>
              <tbody>
                {invocations.map((request) => (
                  <tr key={request.request_id}>
                    <td>{minute(request.at)}</td>
                    <td>{clean(request.session ?? request.principal ?? 'unknown')}</td>
                    <td>{clean(request.model)}</td>
                    <td class="number strong">{request.cost_usd === undefined ? '' : dollars(request.cost_usd)}</td>
                    <td class="number wide">
                      {count(
                        request.input_tokens +
                          request.cache_read_tokens +
                          request.cache_write_5m_tokens +
                          request.cache_write_1h_tokens,
                      )}
                    </td>
                    <td class="number wide">{count(request.output_tokens)}</td>
                    <td class="wide">{clean(request.stop_reason ?? request.status)}</td>
                    <td class="wide">
                      <code>{clean(request.request_id)}</code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          <Notes notes={notes} said={said} />
        </>
      )}
    </Waiting>
  );
}
