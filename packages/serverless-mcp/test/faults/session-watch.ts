/** What a client's HTTP exchanges say of its session. */
export interface SessionWatch {
  fetch: typeof fetch;
  readonly counts: SessionCounts;
}

export interface SessionCounts {
  /** 404 or 400 for a session that nobody ended, and every `initialize` after the first. */
  lostSessions: number;
  /** 400 for a `Last-Event-ID` that the server itself gave, or 405: nobody comes back for a call with its answer, and none is cancelled. */
  lostPositions: number;
  resumptions: number;
  /** Responses to server requests that did not get through. The SDK's client does not send them again, so the request times out. */
  lostResponses: number;
}

export function watchSession(): SessionWatch {
  const counts: SessionCounts = { lostSessions: 0, lostPositions: 0, resumptions: 0, lostResponses: 0 };
  let initialized = false;
  return {
    counts,
    async fetch(input, init) {
      const resumes = new Headers(init?.headers).get('last-event-id')?.startsWith('c~') ?? false;
      const response = await fetch(input, init);
      if (resumes && response.ok) counts.resumptions++;
      if ([400, 405].includes(response.status) && resumes) counts.lostPositions++;
      else if (response.status === 400 || response.status === 404) counts.lostSessions++;
      const body = String(init?.body ?? '');
      if (!response.ok && body.includes('"result":')) counts.lostResponses++;
      if (response.ok && body.includes('"method":"initialize"')) {
        if (initialized) counts.lostSessions++;
        initialized = true;
      }
      return response;
    },
  };
}
