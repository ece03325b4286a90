import { docUrl } from '../../domain/doc-url.ts';
import { SpendError } from '../../domain/errors.ts';
import { type Contents, listOf } from './coverage.ts';
import type { Listing } from './store.ts';

const FORMS = docUrl('sources/files.md');

/** A source without one record answers no question: what would be $0.00 is not known. */
export function noRecords(source: string, { files }: Listing, contents: Contents): SpendError {
  const { noLogs, damagedFiles, archived, skippedFiles, malformedReasons } = contents;
  const lines = Object.entries(malformedReasons).map(([reason, count]) => `${number(count)} ${reason}`);
  const found = [
    noLogs.length > 0 && `${count(noLogs.length, 'file')} read (${listOf(noLogs)})`,
    lines.length > 0 && `lines in them: ${lines.join(', ')}`,
    noLogs.length > 0 && lines.length === 0 && 'no line in them',
    damagedFiles.length > 0 &&
      `${count(damagedFiles.length, 'file')} damaged or not readable (${damagesOf(damagedFiles)})`,
    archived > 0 && `${count(archived, 'file')} in an archive storage class, to be restored first`,
    skippedFiles > 0 && `${count(skippedFiles, 'other file')} passed over`,
    files.length === 0 && damagedFiles.length === 0 && 'nothing that could be a log by its name',
  ].filter((part) => part !== false);
  return new SpendError(
    'NO_RECORDS',
    `There is no Bedrock invocation record in ${source}: ${found.join('; ')}. ${adviceFor(contents)}`,
  );
}

function damagesOf(damaged: Contents['damagedFiles']): string {
  return listOf(
    damaged.map(({ path }) => path),
    damaged.map(({ reason }) => `: ${reason}`),
  );
}

function adviceFor({ malformedReasons, damagedFiles, noLogs }: Contents): string {
  if (noLogs.length === 0 && damagedFiles.length > 0) return 'Mend or fetch them again, and ask once more.';
  if (malformedReasons['not a ModelInvocationLog record'])
    return `A record is the JSON that Bedrock logged, whole, with "schemaType": "ModelInvocationLog"; give the logs as they were delivered or exported (${FORMS} lists the forms).`;
  return `Point at the folder that holds AWSLogs/, or at an export of the log group (${FORMS} lists the forms); "bedrock-spend doctor" says where Bedrock logs to.`;
}

function count(value: number, what: string): string {
  return `${number(value)} ${what}${value === 1 ? '' : 's'}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
