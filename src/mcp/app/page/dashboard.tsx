import { useEffect, useRef, useState } from 'preact/hooks';
import type { ThemeName } from '../../../charts/theme.ts';
import { bucketsFromPeriod } from '../../../domain/period.ts';
import { unknownText } from '../../../reports/unknown-text.ts';
import { askSpend, type Known, type Spend } from './answers.ts';
import { Breakdown } from './breakdown.tsx';
import { Controls } from './controls.tsx';
import { Coverage } from './coverage.tsx';
import { Folded } from './folded.tsx';
import { MostExpensive } from './most-expensive.tsx';
import { askedFromQuestion, drilled, hashFromQuestion, intervalOf, type Question } from './question.ts';
import type { Server } from './server.ts';
import { stackOf } from './stack-of.ts';
import { dollars } from './text.ts';
import { TimeChart } from './time-chart.tsx';
import { TimeTable } from './time-table.tsx';
import { Totals } from './totals.tsx';
import { Trail } from './trail.tsx';
import { useAnswer } from './use-answer.ts';
import { useWidth } from './use-width.ts';
import { Waiting } from './waiting.tsx';
import { WhatIf } from './what-if.tsx';

export interface DashboardProps {
  server: Server;
  known: Known;
  opening: Question;
  theme: ThemeName;
  timezone: string;
  /** Told of each question, and of its answer in words when it is there. */
  onShown: (question: Question, words?: string) => void;
}

export function Dashboard({ server, known, opening, theme, timezone, onShown }: DashboardProps) {
  const [past, setPast] = useState<Question[]>([]);
  const [question, setQuestion] = useState(opening);
  const [answer, again] = useAnswer(hashFromQuestion(question), (signal) => askSpend(server, question, signal));

  function ask(next: Question): void {
    if (hashFromQuestion(next) === hashFromQuestion(question)) return;
    setPast([...past, question]);
    setQuestion(next);
  }

  function back(): void {
    setQuestion(past.at(-1) ?? opening);
    setPast(past.slice(0, -1));
  }

  useEffect(() => onShown(question), [question]);
  useEffect(() => {
    if (answer.data !== undefined && !answer.busy) onShown(question, wordsOf(answer.data));
  }, [answer]);

  const said = answer.data?.breakdown.notes ?? [];
  return (
    <>
      <Controls question={question} known={known} timezone={timezone} onAsk={ask} />
      <Trail question={question} onAsk={ask} onBack={past.length > 0 ? back : undefined} />
      <Waiting answer={answer} onAgain={again}>
        {(spend) => <Shown spend={spend} theme={theme} onAsk={ask} />}
      </Waiting>
      <Folded title="What if?">{() => <WhatIf server={server} question={question} said={said} />}</Folded>
      <Folded title="Most expensive requests">
        {() => <MostExpensive server={server} question={question} said={said} />}
      </Folded>
      {answer.data && <Coverage report={answer.data.breakdown} />}
    </>
  );
}

interface ShownProps {
  spend: Spend;
  theme: ThemeName;
  onAsk: (question: Question) => void;
}

function Shown({ spend: { question, overTime, breakdown }, theme, onAsk }: ShownProps) {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const split = overTime.by.includes(question.by);
  return (
    <>
      <Totals report={breakdown} />
      <section aria-labelledby="over-time">
        <h2 id="over-time">
          Per {question.interval}
          {split ? ` and ${question.by}` : ''}
        </h2>
        <div ref={place}>
          {width > 0 && (
            <TimeChart
              report={overTime}
              theme={theme}
              width={width}
              onChoose={(column) => onAsk(closer(question, overTime, column))}
            />
          )}
        </div>
        <Folded title="As a table" heading="h3">
          {() => <TimeTable report={overTime} onChoose={(column) => onAsk(closer(question, overTime, column))} />}
        </Folded>
        {!split && <p class="aside">Too many {question.by} values to tell apart by colour: these are all together.</p>}
      </section>
      <section aria-labelledby="by">
        <h2 id="by">By {question.by}</h2>
        <Breakdown report={breakdown} onDrill={(value) => onAsk(drilled(question, value))} />
      </section>
    </>
  );
}

/** A chosen column becomes the period; an hour cannot be cut further. */
function closer(question: Question, overTime: Spend['overTime'], column: number): Question {
  const { by } = stackOf(overTime);
  const bucket = bucketsFromPeriod(by as Question['interval'], question.period)[column];
  if (bucket === undefined) return question;
  const period = { from: bucket.from, to: bucket.to, timezone: question.period.timezone };
  return { ...question, period, interval: intervalOf(period) };
}

function wordsOf({ question, breakdown: { totals } }: Spend): string {
  const { from, to, where = [] } = askedFromQuestion(question);
  const filters = where.length > 0 ? `, only ${where.map((filter) => JSON.stringify(filter)).join(', ')}` : '';
  const unpriced = unknownText(totals)
    .map((text) => `, ${text}`)
    .join('');
  return `The dashboard shows Bedrock spend by ${question.by} from ${from} up to ${to}${filters}: ${dollars(totals.cost_usd)} for ${totals.invocations} invocations${unpriced}.`;
}
