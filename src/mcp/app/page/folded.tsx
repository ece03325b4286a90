import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** Closed it asks for nothing: what costs a scan of the logs waits until somebody wants it. */
export function Folded({ title, children }: { title: string; children: () => ComponentChildren }) {
  const [open, setOpen] = useState(false);
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <h2>{title}</h2>
      </summary>
      {open && children()}
    </details>
  );
}
