import { onTestFinished, vi } from 'vitest';

/** Each look at the clock finds it three hours later. */
export function hasten(): void {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 3 * 3_600_000;
    return now;
  });
  onTestFinished(() => clock.mockRestore());
}

/** A client of AWS's SDK that answers by the names of commands, and remembers them. */
export function clientThatAnswers<Client>(answers: Readonly<Record<string, object>>) {
  const asked: string[] = [];
  const client = {
    async send({ constructor: { name } }: object) {
      asked.push(name);
      return answers[name] ?? {};
    },
  };
  return { client: client as Client, asked };
}
