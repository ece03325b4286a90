import { clean } from './text.ts';

/** @param said elsewhere on the page, and not again */
export function Notes({ notes, said = [] }: { notes: readonly string[]; said?: readonly string[] }) {
  const news = notes.filter((note) => !said.includes(note));
  if (news.length === 0) return null;
  return (
    <ul>
      {news.map((note) => (
        <li key={note}>{clean(note)}</li>
      ))}
    </ul>
  );
}
