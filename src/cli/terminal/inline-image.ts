/** How the terminal shows images, if it says that it can. tmux and screen pass none on. */
export function imageProtocol(env: NodeJS.ProcessEnv): 'iterm' | 'kitty' | undefined {
  if (env['TMUX'] || env['STY']) return undefined;
  if (['iTerm.app', 'WezTerm'].includes(env['TERM_PROGRAM'] ?? '')) return 'iterm';
  if (env['TERM'] === 'xterm-kitty' || env['KITTY_WINDOW_ID'] || env['TERM_PROGRAM'] === 'ghostty') return 'kitty';
  return undefined;
}

/** Kitty takes at most 4096 characters at a time. https://sw.kovidgoyal.net/kitty/graphics-protocol/ */
const CHUNK = 4096;

/** The bytes that show an image, or nothing where the protocol does not know its kind. */
export function inlineImage(protocol: 'iterm' | 'kitty', bytes: Buffer, mimeType: string): string | undefined {
  const data = bytes.toString('base64');
  // https://iterm2.com/documentation-images.html
  if (protocol === 'iterm') return `\u001B]1337;File=inline=1;size=${bytes.length}:${data}\u0007\n`;
  if (mimeType !== 'image/png') return undefined;
  const chunks = Array.from({ length: Math.ceil(data.length / CHUNK) }, (_, index) =>
    data.slice(index * CHUNK, (index + 1) * CHUNK),
  );
  return `${chunks
    .map((chunk, index) => {
      const more = index < chunks.length - 1 ? 1 : 0;
      return `\u001B_G${index === 0 ? 'a=T,f=100,' : ''}m=${more};${chunk}\u001B\\`;
    })
    .join('')}\n`;
}
