import type { z } from 'zod';
import type { Engine } from '../engines/engine.ts';
import type { Budget } from '../reports/budgets/budget-file.ts';
import type { ReportContext } from '../reports/context.ts';
import type { BillContext } from '../reports/reconcile/reconcile.ts';
import type { ShownReport } from '../reports/shown.ts';
import type { ProbeSetup } from '../setup/probe.ts';

/** What tools work with. */
export type ToolContext = ReportContext &
  BillContext & {
    probeSetup: ProbeSetup;
    /** The operator's budgets; none where there is no file of them. @throws SpendError INVALID_BUDGETS */
    budgets(): Promise<readonly Budget[]>;
    /** An engine for a log group or region that the client names, where the operator's source leaves that open. */
    narrowed(what: { group?: string | undefined; region?: string | undefined }): Engine | undefined;
  };

/** What a tool answers. */
export interface ToolAnswer {
  /** For people and models: the server makes text and data of it, where it is to be read. */
  shown(): ShownReport;
  /** The same exactly, for programs that ask for it. */
  exact: Record<string, unknown>;
  /** Pictures of the answer, for people. */
  images?: readonly { data: Uint8Array; mimeType: string }[];
}

/** One tool. `tools/index.ts` lists them all; the server adds errors, progress and cancellation. */
export interface Tool<Input extends z.ZodObject = z.ZodObject> {
  name: string;
  title: string;
  /** Written for a model that chooses between tools: what it answers, when to take it, when another. */
  description: string;
  input: Input;
  /** The schema of the exact data. */
  output: z.ZodObject;
  /** It tells facts of whole accounts, which no filter can narrow: only clients who may see everything get it. */
  wholeAccount?: boolean;
  /** URI of the page that hosts show beside the answer (MCP Apps). */
  app?: string;
  /** All rows of what is exact, for tools whose answer is a table. */
  csv?(exact: Record<string, unknown>): string;
  run(input: z.output<Input>, context: ToolContext): Promise<ToolAnswer> | ToolAnswer;
}

/** Checks a tool's parts against each other. */
export function defineTool<Input extends z.ZodObject>(tool: Tool<Input>): Tool {
  return tool as unknown as Tool;
}
