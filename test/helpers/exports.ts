/** Records as the ways out of CloudWatch Logs, and other tools, write them. Each takes records as JSON texts and gives a file's text. */

type Wrap = (records: readonly string[]) => string;

const STREAM = 'aws/bedrock/modelinvocations';
const at = (index: number) => new Date(Date.UTC(2026, 9, 5, 10, 0, index));
const iso = (index: number) => at(index).toISOString();
const seconds = (index: number) => iso(index).slice(0, 19);
const lines = (records: readonly string[], line: (record: string, index: number) => string) =>
  records.map((record, index) => `${line(record, index)}\n`).join('');
const event = (message: string, index: number) => ({
  logStreamName: STREAM,
  timestamp: at(index).getTime(),
  message,
  ingestionTime: at(index).getTime() + 900,
  eventId: `3${index}`,
});
const pretty = (value: unknown) => `${JSON.stringify(value, null, 4)}\n`;
const colour = (code: number, text: string) => `\x1b[${code}m${text}\x1b[0m`;
const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const batch = (messages: readonly string[], messageType = 'DATA_MESSAGE') => ({
  messageType,
  owner: '111122223333',
  logGroup: '/bedrock/calls',
  logStream: STREAM,
  subscriptionFilters: ['everything'],
  logEvents: messages.map((message, index) => ({ id: `9${index}`, timestamp: at(index).getTime(), message })),
});
const CONTROL = batch(['CWL CONTROL MESSAGE: Checking health of destination Firehose.'], 'CONTROL_MESSAGE');
const row = (message: string, index: number) => [
  { field: '@timestamp', value: iso(index).replace('T', ' ').replace('Z', '') },
  { field: '@message', value: message },
  { field: '@ptr', value: `Cg${index}` },
];
const halves = (records: readonly string[]) => [records.slice(0, 1), records.slice(1)];

export const EXPORTS: Readonly<Record<string, Wrap>> = {
  'lines, as AWS delivers them': (records) => lines(records, (record) => record),
  'pretty-printed, one after another': (records) => records.map((record) => pretty(JSON.parse(record))).join(''),
  'an array on one line': (records) => `[${records.join(', ')}]`,
  'a pretty-printed array': (records) => pretty(records.map((record) => JSON.parse(record))),
  'several arrays': (records) =>
    halves(records)
      .map((part) => `[${part.join(',')}]\n`)
      .join(''),
  'an array of arrays': (records) =>
    `[${halves(records)
      .map((part) => `[${part.join(',')}]`)
      .join(',')}]`,
  'lines with commas after them': (records) => records.map((record) => `${record},\n`).join(''),
  'objects without line feeds': (records) => records.join(''),
  'lines and pretty-printed objects by turns': (records) =>
    records.map((record, index) => (index % 2 ? pretty(JSON.parse(record)) : `${record}\n`)).join(''),
  'an export task': (records) => lines(records, (record, index) => `${iso(index)} ${record}`),
  'aws logs tail': (records) => lines(records, (record, index) => `${seconds(index)}.000000+00:00 ${STREAM} ${record}`),
  'aws logs tail --format short': (records) => lines(records, (record, index) => `${seconds(index)} ${record}`),
  'aws logs tail --format json': (records) =>
    records.map((record, index) => `${seconds(index)}+00:00 ${STREAM} \n${pretty(JSON.parse(record))}`).join(''),
  'aws logs tail --color on': (records) =>
    records
      .map((record, i) => `${colour(32, `${seconds(i)}.000000+00:00`)} ${colour(36, STREAM)} ${record}\n\x1b[0m`)
      .join(''),
  'aws logs tail --format json --color on': (records) =>
    records
      .map(
        (record, i) =>
          `${colour(32, `${seconds(i)}+00:00`)} ${colour(36, STREAM)} \n${pretty(JSON.parse(record))}\x1b[0m`,
      )
      .join(''),
  'a time and a stream before pretty-printed objects': (records) =>
    records.map((record, index) => `${iso(index)} ${STREAM} ${pretty(JSON.parse(record))}`).join(''),
  'lines of another program': (records) => lines(records, (record) => `[INFO] bedrock-forwarder: ${record}`),
  'aws logs filter-log-events': (records) => pretty({ events: records.map(event), searchedLogStreams: [] }),
  'aws logs filter-log-events, a page after another': (records) =>
    halves(records)
      .map((part) => pretty({ events: part.map(event), nextToken: 'Bxkq6kVGFtq2y_Moigeqscq' }))
      .join(''),
  'pages in an array': (records) => JSON.stringify(halves(records).map((part) => ({ events: part.map(event) }))),
  'aws logs get-log-events': (records) =>
    pretty({
      events: records.map((message, index) => ({ timestamp: at(index).getTime(), message, ingestionTime: 0 })),
      nextForwardToken: 'f/39201',
      nextBackwardToken: 'b/39201',
    }),
  "aws logs filter-log-events --query 'events[].message'": (records) => pretty(records),
  "aws logs filter-log-events --query 'events[].message' --output text": (records) => `${records.join('\t')}\n`,
  'aws logs filter-log-events --output text': (records) =>
    `${lines(records, (record, i) => `EVENTS\t3${i}\t${at(i).getTime()}\t${STREAM}\t${record}\t${at(i).getTime()}`)}SEARCHEDLOGSTREAMS\t${STREAM}\tTrue\n`,
  'aws logs get-log-events --output text': (records) =>
    `b/39201030281234567890/s\tf/39201030281234567890/s\n${lines(records, (record, i) => `EVENTS\t${at(i).getTime()}\t${record}\t${at(i).getTime()}`)}`,
  'aws logs get-query-results': (records) =>
    pretty({ results: records.map(row), statistics: { recordsMatched: records.length }, status: 'Complete' }),
  'Logs Insights, JSON of the console': (records) =>
    JSON.stringify(records.map((message, index) => ({ '@timestamp': iso(index), '@message': message, '@ptr': 'C' }))),
  'Logs Insights, JSON with the message as an object': (records) =>
    pretty(records.map((record, index) => ({ '@timestamp': iso(index), '@message': JSON.parse(record) }))),
  'Logs Insights, CSV': (records) =>
    `@timestamp,@message\n${lines(records, (record, index) => `${iso(index)},${cell(record)}`)}`,
  'Logs Insights, CSV in another order, with CRLF': (records) =>
    `"@message",note,@log\r\n${records.map((record) => `${cell(record)},${cell('a "b",\r\nc')},1\r\n`).join('')}`,
  'Logs Insights, CSV of messages alone': (records) => `@message\n${lines(records, cell)}`,
  'Logs Insights, CSV of messages over several lines': (records) =>
    `@message,@ptr\n${lines(records, (record) => `${cell(JSON.stringify(JSON.parse(record), null, 2))},Cg`)}`,
  'a subscription, objects without line feeds': (records) =>
    [CONTROL, ...halves(records).map((part) => batch(part))].map((part) => JSON.stringify(part)).join(''),
  'a subscription, a line each': (records) =>
    lines([...records.map((one) => JSON.stringify(batch([one]))), JSON.stringify(CONTROL)], (line) => line),
  'a subscription, pretty-printed': (records) => [CONTROL, batch(records)].map(pretty).join(''),
  'results of Splunk': (records) =>
    lines(records, (record) => JSON.stringify({ preview: false, result: { _raw: record, host: 'h' } })),
  'documents of Elastic': (records) =>
    lines(records, (record) =>
      JSON.stringify({ '@timestamp': 't', message: 'Bedrock was called', event: { original: record } }),
    ),
  'hits of Elastic': (records) =>
    JSON.stringify(records.map((record) => ({ _index: 'logs', _source: { message: record } }))),
  'events of EventBridge': (records) =>
    lines(records, (record) => JSON.stringify({ source: 'x', detail: JSON.parse(record) })),
  'lines of Fluent Bit': (records) =>
    lines(records, (record) => JSON.stringify({ log: `${record}\n`, stream: 'stdout' })),
};
