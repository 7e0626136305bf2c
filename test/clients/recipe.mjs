// The code blocks of docs/sign-in.md, so that the tests run what people copy.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Imports the first block of JavaScript below the heading, with other texts. */
export async function importRecipe(heading, changes) {
  const page = await readFile(new URL('../../docs/sign-in.md', import.meta.url), 'utf8');
  const code = page.split(`# ${heading}\n`)[1].match(/^```js\n(.*?)^```/ms)[1];
  const changed = Object.entries(changes).reduce((text, [written, used]) => {
    if (!text.includes(written)) throw new Error(`The recipe below "${heading}" does not have ${written}`);

    return text.replaceAll(written, used);
  }, code);
  const folder = await mkdtemp(join(tmpdir(), 'recipe-'));
  const file = join(folder, 'recipe.mjs');

  try {
    // Packages are not found by name there.
    await writeFile(file, changed.replace(/(?<=from ')[^':]+(?=';)/g, name => import.meta.resolve(name)));

    return await import(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
