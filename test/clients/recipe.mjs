// The code blocks of docs/sign-in.md, so that the tests run what people copy.
import { readFile } from 'node:fs/promises';

/** The first block of JavaScript below the heading, with other texts. */
export async function readRecipe(heading, changes) {
  const page = await readFile(new URL('../../docs/sign-in.md', import.meta.url), 'utf8');
  const code = page.split(`# ${heading}\n`)[1].match(/^ *```js\n(.*?)^ *```/ms)[1];

  return Object.entries(changes).reduce((text, [written, used]) => {
    if (!text.includes(written)) throw new Error(`The recipe below "${heading}" does not have ${written}`);

    return text.replaceAll(written, used);
  }, code);
}
