import { useEffect, useState } from 'preact/hooks';
import { askKnown, type Known } from './answers.ts';
import { Dashboard } from './dashboard.tsx';
import { connectDirectly } from './direct.ts';
import type { Host } from './in-host.ts';
import { type Asked, askedFromHash, hashFromQuestion, type Question, questionFromAsked } from './question.ts';
import { KeyWanted, type Server } from './server.ts';
import { useTheme } from './use-theme.ts';

interface Opened {
  server: Server;
  known: Known;
  opening: Question;
}

type State = { opened: Opened } | { wanted: string } | { failed: string } | { waiting: true };

/** The whole page, in a host or by itself. */
export function Page({ host }: { host: Host | undefined }) {
  const theme = useTheme(host);
  const timezone = host?.context()?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [state, setState] = useState<State>({ waiting: true });

  function open(key?: string): void {
    setState({ waiting: true });
    opened(host, key).then(
      (opened) => setState({ opened }),
      (error: Error) => setState(error instanceof KeyWanted ? { wanted: error.message } : { failed: error.message }),
    );
  }
  useEffect(() => open(), []);

  return (
    <main class={host ? 'inline' : 'alone'}>
      <h1>Amazon Bedrock spend</h1>
      {'waiting' in state && <p role="status">Reading the logs…</p>}
      {'failed' in state && (
        <div role="alert" class="error">
          <p>{state.failed}</p>
          <button type="button" onClick={() => open()}>
            Try again
          </button>
        </div>
      )}
      {'wanted' in state && <KeyField why={state.wanted} onKey={open} />}
      {'opened' in state && (
        <Dashboard
          {...state.opened}
          theme={theme}
          timezone={timezone}
          onShown={host ? tellHost(host) : keepInAddress}
        />
      )}
    </main>
  );
}

async function opened(host: Host | undefined, key: string | undefined): Promise<Opened> {
  const server = host?.server ?? (await connectDirectly(key));
  const known = await askKnown(server, new AbortController().signal);
  const asked: Asked = host ? await host.asked : askedFromHash(location.hash);
  return { server, known, opening: questionFromAsked(asked, known.extent, Date.now()) };
}

function tellHost(host: Host) {
  return (_: Question, words?: string) => {
    if (words) host.tell(words);
  };
}

/** So that it can be shared, and a reload shows the same. */
function keepInAddress(question: Question): void {
  history.replaceState(null, '', `#${hashFromQuestion(question)}`);
}

/** The key stays in the page's memory; a browser may keep it as it keeps passwords. */
function KeyField({ why, onKey }: { why: string; onKey: (key: string) => void }) {
  const [key, setKey] = useState('');
  return (
    <form
      class="key"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim() !== '') onKey(key.trim());
      }}
    >
      <p role="alert">{why}</p>
      <label>
        Key
        <input
          type="password"
          autocomplete="current-password"
          required
          value={key}
          onInput={({ currentTarget }) => setKey(currentTarget.value)}
        />
      </label>
      <button type="submit">Open</button>
    </form>
  );
}
