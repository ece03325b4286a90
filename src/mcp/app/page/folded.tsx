import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

interface FoldedProps {
  title: string;
  heading?: 'h2' | 'h3';
  children: () => ComponentChildren;
}

/** Closed it asks for nothing: what costs a scan of the logs waits until somebody wants it. */
export function Folded({ title, heading: Heading = 'h2', children }: FoldedProps) {
  const [open, setOpen] = useState(false);
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <Heading>{title}</Heading>
      </summary>
      {open && children()}
    </details>
  );
}
