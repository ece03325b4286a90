import type { ComponentChildren } from 'preact';

/** Room for a table that may be longer or wider than the page wants; the keyboard reaches it to scroll. */
export function Scroll({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard (WCAG 2.1.1)
    <section class="scroll" tabIndex={0} aria-label={name}>
      {children}
    </section>
  );
}
