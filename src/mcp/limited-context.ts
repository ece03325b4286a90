import { limitedEngine } from '../authorization/limited-engine.ts';
import { isLimited, type Rights } from '../authorization/rights.ts';
import { SpendError } from '../domain/errors.ts';
import type { Engine, Work } from '../engines/engine.ts';
import type { LookUpNames } from '../names/names.ts';
import type { ToolContext } from './define-tool.ts';

/**
 * What a client's tools work with. All that could tell more than the client may see is narrowed here or taken away, so that no tool
 * has to think of it.
 */
export function limitedContext<Context extends Omit<ToolContext, keyof Work>>(
  context: Context,
  rights: Rights,
): Context {
  if (rights.sees === 'nothing') return { ...context, ...NOTHING };
  if (!isLimited(rights)) return context;
  const limited = (engine: Engine) => limitedEngine(engine, rights);
  return {
    ...context,
    ...NOTHING,
    engine: limited(context.engine),
    narrowed(what) {
      const engine = context.narrowed(what);
      return engine && limited(engine);
    },
    names: limitedNames(context.names),
  };
}

/** Only of ids that come with usage the client sees: the list of all would tell what others have, and why not, regions and roles. */
function limitedNames(names: LookUpNames): LookUpNames {
  return async (needed = []) => {
    if (needed.length === 0) return { aliases: [], notes: [] };
    const { aliases, notes } = await names(needed);
    return { aliases, notes: notes.length > 0 ? [UNNAMED_NOTE] : [] };
  };
}

const UNNAMED_NOTE =
  'Some names could not be looked up: what was not seen before keeps its id and has no tags. The server’s operator sees why.';

const refuse = async (): Promise<never> => {
  throw forbidden();
};

/** In place of what knows more than the client may see. Tools of whole accounts are refused before; this is the second lock. */
const NOTHING: Omit<ToolContext, keyof Work | 'now' | 'prices'> = {
  engine: {
    name: 'none',
    source: 'nothing',
    usage: refuse,
    invocations: refuse,
    quote: refuse,
    range: refuse,
    metadataKeys: refuse,
    close: async () => {},
  },
  narrowed: () => undefined,
  names: refuse,
  bill: refuse,
  budgets: refuse,
  metricsIn() {
    throw forbidden();
  },
  probeSetup: refuse,
};

function forbidden(): SpendError {
  return new SpendError('FORBIDDEN', 'The server’s policy does not let you see this.');
}
