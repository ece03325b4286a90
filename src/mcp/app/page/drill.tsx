import type { ComponentChildren } from 'preact';

/** A name that leads deeper. */
export function Drill({ onChoose, children }: { onChoose: () => void; children: ComponentChildren }) {
  return (
    <button type="button" class="drill" onClick={onChoose} title="Only this">
      {children}
    </button>
  );
}
