import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { ClientIdentity } from '../authentication/client-identity.ts';
import type { AuditEntry } from '../authorization/audit.ts';
import { checkSight, isLimited, type Rights } from '../authorization/rights.ts';
import { ERROR_CODES, SpendError } from '../domain/errors.ts';
import type { Work } from '../engines/engine.ts';
import type { ServerDependencies } from './dependencies.ts';
import { limitedContext } from './limited-context.ts';

type Question = Pick<AuditEntry, 'method' | 'target' | 'input'>;

/** One client's dealings with the server. */
export interface Asking {
  rights: Rights;
  /** What answers are made from: no more than the client may see. */
  context: ServerDependencies;
  /** What belongs to one question of the client: what it may spend, and with whom it shares scans. */
  newWork(): Pick<Work, 'budget' | 'rights'>;
  /**
   * Answers, unless the client may see nothing, and tells the audit log how it went.
   * @throws SpendError in words for the client, whatever went wrong
   */
  ask<Answer>(
    question: Question,
    answer: () => Promise<Answer>,
    rowsOf?: (answer: Answer) => number | undefined,
  ): Promise<Answer>;
  /** Answers a resource: what a client can mend is no internal error of the server, for resources as for everything else. */
  read(target: string, input: unknown, answer: () => Promise<string>): Promise<string>;
}

export function createAsking(client: ClientIdentity | undefined, dependencies: ServerDependencies): Asking {
  const rights = dependencies.access.rightsOf(client);
  const { sees, pseudonyms } = rights;
  const asking: Asking = {
    rights,
    newWork: () => ({
      budget: dependencies.budgetFor?.(client?.principal),
      rights: JSON.stringify([sees, pseudonyms !== undefined]),
    }),
    context: limitedContext(dependencies, rights),
    async ask(question, answer, rowsOf) {
      const start = performance.now();
      const tell = (outcome: string, rows?: number) =>
        dependencies.access.audit?.({
          ...question,
          at: Date.now(),
          client,
          rule: rights.rule,
          outcome,
          ms: performance.now() - start,
          rows,
        });
      try {
        checkSight(rights);
        const given = await answer();
        tell('ok', rowsOf?.(given));
        return given;
      } catch (error) {
        const { fromSystem } = await import('../domain/system-error.ts');
        const { shown, outcome } = forClient(fromSystem(error), rights, dependencies.log);
        tell(outcome);
        throw shown;
      }
    },
    read: (target, input, answer) =>
      asking.ask({ method: 'resources/read', target, input }, answer).catch((error) => {
        const isClients = error instanceof SpendError && isClientsToMend(error);
        throw isClients
          ? new ProtocolError(ProtocolErrorCode.InvalidParams, `${error.message} [${error.code}]`)
          : error;
      }),
  };
  return asking;
}

/** Anything unexpected stays in the log, under a reference; so does what tells of accounts and roles to who sees but a part. */
function forClient(error: unknown, rights: Rights, log: ServerDependencies['log']): { shown: Error; outcome: string } {
  if (error instanceof SpendError && isForClient(error, rights)) return { shown: error, outcome: error.code };
  const reference = crypto.randomUUID().slice(0, 8);
  const code = error instanceof SpendError ? error.code : undefined;
  log(`${code ?? 'internal error'} ${reference}: ${error instanceof Error ? error.stack : String(error)}`);
  const text = `Something went wrong inside the server; its log has it under ${reference}. Try again, or ask the server's operator.`;
  return {
    shown: code === undefined ? new Error(text) : new SpendError(code, text),
    outcome: `${code ?? 'internal error'} ${reference}`,
  };
}

function isForClient(error: SpendError, rights: Rights): boolean {
  return error.code === 'FORBIDDEN' || isClientsToMend(error) || !isLimited(rights);
}

function isClientsToMend({ code }: SpendError): boolean {
  return ERROR_CODES[code].fixer === 'client';
}
