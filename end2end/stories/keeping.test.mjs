// What a person started stays theirs: stopped when they say so, kept when the tab is not, seen by nobody else.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { sound } from '../support/audit.mjs';
import { launch, person } from '../support/browser.mjs';
import { House } from '../support/house.mjs';
import { RunPage } from '../support/run-page.mjs';

let house;
let browser;
before(async () => {
  house = await House.open({ args: ['--engine-delay-ms', '150'] });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await house?.close();
});

test('a run can be stopped', async () => {
  const page = await person(browser);
  const run = await new RunPage(page).open(house, 'text-to-picture');
  await run.ask('A very slow painting');
  await run.preview.waitFor();
  await run.stop.click();
  await run.stop.waitFor({ state: 'hidden' });
  await run.stage.getByText(/stopped/i).first().waitFor();
  assert.equal(await run.pictures.count(), 0);
  await sound(page);
});

test('a reload in the middle loses nothing', async () => {
  const page = await person(browser);
  const run = await new RunPage(page).open(house, 'text-to-picture');
  await run.ask('An iceberg, no wind at all');
  await run.preview.waitFor();
  await page.reload();
  await run.stop.waitFor();
  assert.equal(await run.prompt.inputValue(), 'An iceberg, no wind at all');
  await run.made(1);
  await sound(page);
});

test('a result outlives the house being closed and opened again', async () => {
  const first = await House.open();
  const page = await person(browser);
  const run = await new RunPage(page).open(first, 'text-to-picture');
  await run.ask('A blue vase with two oranges');
  await run.made(1);
  assert.equal(await first.stop(), 0);

  const port = new URL(first.url).port;
  const second = await House.open({ data: first.data, port });
  await page.reload();
  await run.made(1);
  await second.close();
});

test("two browsers do not see each other's work", async () => {
  const [mara, noor] = [await person(browser), await person(browser)];
  const hers = await new RunPage(mara).open(house, 'text-to-picture');
  const other = await new RunPage(noor).open(house, 'text-to-picture');
  await hers.ask('A secret garden');
  await hers.made(1);
  const address = await hers.pictures.first().evaluate(image => image.currentSrc);

  await noor.reload();
  await other.create.waitFor();
  assert.equal(await other.pictures.count(), 0);
  assert.equal((await noor.request.get(address)).status(), 404);
  assert.equal((await mara.request.get(address)).status(), 200);
});
