/** Names come from logs: a control or direction character in one must not steer a terminal, hide text or break a document. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\uFFFE\uFFFF]/gu, (character) => (character === '\n' ? character : '\uFFFD'));
}
