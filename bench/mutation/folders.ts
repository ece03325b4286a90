/**
 * What is mutated, and the tests that must notice. They run in this process and need no network, Python, container or browser, and
 * none starts a program: a mutant has to be switched on where the code runs, and one that survives is run by all tests that reach it.
 */
export interface Folder {
  /** Not mutated: data, which `scripts/compare-prices.ts` checks, and what is itself a test. */
  except?: string[];
  tests: string[];
}

const FILES_ENGINE = 'test/contracts/files-engine.test.ts';

/** Reports over rows that are made up: no log is read. */
const PURE_REPORTS = [
  'src/reports/{doubts,reconcile/gap}.test.ts',
  'src/reports/caching/lifetimes.test.ts',
  'src/reports/change/{decompose,factors}.test.ts',
];

export const FOLDERS: Record<string, Folder> = {
  'src/domain': {
    tests: [
      'src/domain/**/*.test.ts',
      'src/authorization/{policy,restricted-engine}.test.ts',
      'src/engines/*.test.ts',
      'src/engines/{athena,cloudwatch}/*.test.ts',
      'src/prices/**/*.test.ts',
      ...PURE_REPORTS,
      FILES_ENGINE,
    ],
  },
  'src/logs': {
    tests: ['src/logs/**/*.test.ts', 'src/engines/files/{read-file,split-records}.test.ts', FILES_ENGINE],
  },
  'src/prices': {
    except: ['src/prices/table.ts'],
    tests: ['src/prices/**/*.test.ts', ...PURE_REPORTS, 'src/reports/caching/caching.test.ts'],
  },
  'src/reports': {
    tests: ['src/reports/**/*.test.ts', 'test/e2e/{mcp-tools,stories}.test.ts'],
  },
  'packages/serverless-mcp/src': {
    except: ['packages/serverless-mcp/src/testing/**'],
    tests: [
      'packages/serverless-mcp/{src/**/*,test/attacks,test/sessions}.test.ts',
      'test/e2e/http.test.ts',
      'test/attacks/request-state.test.ts',
    ],
  },
};
