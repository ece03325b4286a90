import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where files wait for processes and services: they begin first, so that no worker ends a run alone with one of them. */
const SLOW = ['/e2e/conformance', '/test/faults/', '/e2e/deploy-script/', '/contracts/', '/e2e/', '/engines/files/'];

export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = SLOW.findIndex((part) => moduleId.includes(part));
      return rank === -1 ? SLOW.length : rank;
    };
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
