// Someone hands in a picture and gets a variation of it; a bad one is refused in words.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessible, picture, sound } from '../support/audit.mjs';
import { launch, person } from '../support/browser.mjs';
import { House } from '../support/house.mjs';
import { bomb, redOverBlue } from '../support/png.mjs';
import { RunPage, halves } from '../support/run-page.mjs';

let house;
let browser;
before(async () => {
  house = await House.open();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.close();
});

test('a variation resembles the picture handed in', async () => {
  const page = await person(browser);
  const run = await new RunPage(page).open(house, 'picture-to-picture');
  await run.handIn('my sketch.png', redOverBlue());
  await page.getByText('my sketch.png').first().waitFor();
  await picture(page, 'upload-desk-dark');
  await accessible(page);

  await run.ask('Thick oil paint');
  await run.made(1);
  const [above, below] = await halves(page, await run.pictures.first().evaluate(image => image.currentSrc));
  assert.ok(above[0] > above[2], `the upper half is still rather red than blue: ${above}`);
  assert.ok(below[2] > below[0], `the lower half is still rather blue than red: ${below}`);
  await picture(page, 'variation-desk-dark');
  await sound(page);
});

test('a picture can be made larger', async () => {
  const page = await person(browser);
  const run = await new RunPage(page).open(house, 'upscale');
  await run.handIn('small.png', redOverBlue(128, 96));
  await run.create.click();
  await run.made(1);
  await sound(page);
});

for (const [what, name, content] of [
  ['an empty file', 'empty.png', Buffer.alloc(0)],
  ['text called a picture', 'letter.png', Buffer.from('Dear Sir or Madam, '.repeat(20))],
  ['a picture cut short', 'cut.png', redOverBlue().subarray(0, 60)],
  ['a picture of 30,000 × 30,000', 'huge.png', bomb()],
]) {
  test(`${what} is refused beside the field`, async () => {
    const page = await person(browser);
    const run = await new RunPage(page).open(house, 'picture-to-picture');
    await run.handIn(name, content);
    const words = await run.composer.getByRole('alert').first().textContent();
    assert.match(words, /picture|file|image/i);
    await picture(page, `refused-${name.split('.')[0]}`);
    await accessible(page);
  });
}

test('a name that climbs out of its folder is only a name', async () => {
  const page = await person(browser);
  await new RunPage(page).open(house, 'picture-to-picture');
  const answer = await page.request.post(`${house.url}/api/parlor/v1/uploads`, {
    multipart: { file: { name: '../../../x.png', mimeType: 'image/png', buffer: redOverBlue() } },
    headers: { origin: house.url },
  });
  const body = await answer.json();
  assert.doesNotMatch(JSON.stringify(body), /\.\./);
});
