// What a person started stays theirs: stopped when they say so, kept when the tab is not, seen by nobody else.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sound } from '../support/audit.mjs';
import { House } from '../support/house.mjs';
import { RunPage } from '../support/run-page.mjs';
import { scene } from '../support/scene.mjs';

const { person, visit } = scene({ args: ['--engine-delay-ms', '150'] });

test('a run can be stopped', async () => {
  const run = await visit('text-to-picture');
  await run.ask('A very slow painting');
  await run.preview.waitFor();
  await run.stop.click();
  await run.stop.waitFor({ state: 'hidden' });
  await run.stage.getByText(/stopped/i).first().waitFor();
  assert.equal(await run.pictures.count(), 0);
  await sound(run.page);
});

test('a reload in the middle loses nothing', async () => {
  const run = await visit('text-to-picture');
  await run.ask('An iceberg, no wind at all');
  await run.preview.waitFor();
  await run.page.reload();
  await run.stop.waitFor();
  assert.equal(await run.prompt.inputValue(), 'An iceberg, no wind at all');
  await run.made(1);
  await sound(run.page);
});

test('a run outlives the house being killed in the middle of it', async () => {
  const first = await House.open({ args: ['--engine-delay-ms', '150'] });
  const run = await new RunPage(await person()).open(first, 'text-to-picture');
  await run.ask('A blue vase with two oranges');
  await run.preview.waitFor();
  await first.kill();

  const second = await House.open({ data: first.data, port: new URL(first.url).port });
  await run.made(1);
  assert.equal(await second.stop(), 0);
  await second.close();
});

test("two browsers do not see each other's work", async () => {
  const [hers, other] = [await visit('text-to-picture'), await visit('text-to-picture')];
  await hers.ask('A secret garden');
  await hers.made(1);
  const address = await hers.pictures.first().evaluate(image => image.currentSrc);

  await other.page.reload();
  await other.create.waitFor();
  assert.equal(await other.pictures.count(), 0);
  assert.equal((await other.page.request.get(address)).status(), 404);
  assert.equal((await hers.page.request.get(address)).status(), 200);
});
