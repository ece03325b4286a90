import { render } from 'preact';
import * as z from 'zod';
import { connectToHost } from './in-host.ts';
import { Page } from './page.tsx';

// Compiled checks need eval, which the page's content security policy keeps out.
z.config({ jitless: true });

/** Hosts show the page in a frame; by itself it is a page of its own. */
const host = window.parent === window ? undefined : await connectToHost();
render(<Page host={host} />, document.body);
