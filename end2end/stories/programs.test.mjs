// Who writes programs: from a workflow's page to its code, and all of the API to read.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accessible, picture, sound } from '../support/audit.mjs';
import { SIZES, launch, person } from '../support/browser.mjs';
import { House } from '../support/house.mjs';
import { RunPage } from '../support/run-page.mjs';

let browser;
let house;
before(async () => { [browser, house] = await Promise.all([launch(), House.open()]); });
after(async () => { await browser?.close(); await house?.close(); });

test('from the page of a workflow it is one step to code that can be copied', async () => {
  const guest = await person(browser);
  await new RunPage(guest).open(house, 'text-to-picture');
  const opened = guest.context().waitForEvent('page');
  await guest.getByRole('link', { name: 'Use from code' }).click();
  const page = await opened;
  await page.getByRole('heading', { name: 'Text to picture, from code' }).waitFor();
  const python = page.getByRole('button', { name: 'Python' });
  await python.click();
  assert.equal(await python.getAttribute('aria-pressed'), 'true');
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^import json\n/);
  assert.ok(copied.includes(`PARLOR = "${house.url}"`), copied);
  await accessible(page);
  await page.getByRole('link', { name: 'API', exact: true }).click();
  await page.getByRole('heading', { name: 'What programs can ask this house' }).waitFor();
});

for (const size of Object.keys(SIZES)) {
  for (const theme of ['light', 'dark']) {
    test(`the API and the code read well: ${size}, ${theme}`, async () => {
      const page = await person(browser, { size, theme });
      for (const [path, name] of [['api/docs', 'api'], ['api/docs/picture-to-picture', 'code']]) {
        await page.goto(`${house.url}/${path}`);
        // All of the API is long, and takes axe half a minute: its markup is the same at every size.
        if (name === 'code' || size === 'desk') await accessible(page);
        await sound(page);
        await picture(page, `${name}-${size}-${theme}`);
      }
    });
  }
}

test('without a script nothing is missing but its comforts', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${house.url}/api/docs/upscale`);
  for (const language of ['curl', 'Python', 'JavaScript', 'Rust']) {
    assert.ok(await page.locator('figcaption', { hasText: language }).isVisible(), language);
  }
  assert.equal(await page.getByRole('button').count(), 0);
});
