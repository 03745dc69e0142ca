// Someone writes a prompt, watches it being made, and finds the picture.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessible, picture, sound } from '../support/audit.mjs';
import { launch, person } from '../support/browser.mjs';
import { House } from '../support/house.mjs';
import { RunPage } from '../support/run-page.mjs';

let house;
let browser;
before(async () => {
  house = await House.open({ args: ['--engine-delay-ms', '60'] });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.close();
});

test('a prompt becomes a picture', async () => {
  const page = await person(browser);
  const run = await new RunPage(page).open(house, 'text-to-picture');
  await picture(page, 'run-empty-desk-dark');
  await accessible(page);

  await run.ask('Dunes at dusk under a low full moon, long violet shadows');
  await run.stop.waitFor();
  await run.preview.waitFor();
  await picture(page, 'run-painting-desk-dark');
  await accessible(page);

  await run.made(1);
  await picture(page, 'run-done-desk-dark');
  await accessible(page);
  await sound(page);
});

test('nodes and previews advance while it is made', async () => {
  const page = await person(browser);
  const run = await new RunPage(page).open(house, 'text-to-picture');
  await run.ask('A poppy meadow in June, wind from the left');
  await run.preview.waitFor();
  const seen = { previews: new Set(), nodes: new Set() };
  while (await run.stop.isVisible()) {
    seen.previews.add(await run.preview.getAttribute('src', { timeout: 500 }).catch(() => null));
    seen.nodes.add(await run.nodes.evaluateAll(all => all.map(node => node.dataset.state).join(' ')));
    if (seen.previews.size > 3 && seen.nodes.size > 3) break;
  }
  assert.ok(seen.previews.size > 3, `previews: ${seen.previews.size}`);
  assert.ok(seen.nodes.size > 2, `states of the node strip: ${[...seen.nodes]}`);
  await run.made(1);
});

test('the frame shows the picture whole, with what made it', async () => {
  const page = await person(browser);
  const run = await new RunPage(page).open(house, 'text-to-picture');
  await run.ask('Six ridges in morning mist, one pale sun');
  await run.made(1);
  await run.openNewest();
  await run.frame.getByText('Six ridges in morning mist, one pale sun').first().waitFor();
  await picture(page, 'frame-desk-dark');
  await accessible(page);

  await page.keyboard.press('Escape');
  await run.frame.waitFor({ state: 'hidden' });
  await sound(page);
});

for (const size of ['phone', 'tablet', 'desk']) {
  for (const theme of ['dark', 'light']) {
    test(`it fits a ${size} in the ${theme} theme`, async () => {
      const page = await person(browser, { size, theme });
      const run = await new RunPage(page).open(house, 'text-to-picture');
      await run.ask('Northern lights over a frozen lake');
      await run.preview.waitFor();
      await picture(page, `painting-${size}-${theme}`);
      await run.made(1);
      await picture(page, `done-${size}-${theme}`);
      await accessible(page);
      await run.openNewest();
      await picture(page, `frame-${size}-${theme}`);
      await accessible(page);
      await sound(page);
    });
  }
}
