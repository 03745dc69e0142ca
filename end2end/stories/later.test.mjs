// What a first visit does not need comes when it is wanted, and may be late, or not come at all.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, sound } from '../support/audit.mjs';
import { scene } from '../support/scene.mjs';

const shared = scene();
const LATER = '**/assets/*-later.wasm';

/** Someone in the hall whose connection may fail: how often the rest was asked for. */
async function arrive({ fails = 0 } = {}) {
  const page = await shared.person();
  const asked = { count: 0, fails };
  await page.route(LATER, route => {
    asked.count += 1;
    return asked.count > asked.fails ? route.continue() : route.abort('connectionfailed');
  });
  await page.goto(shared.house.url);
  await page.getByRole('link', { name: /^Text to picture/ }).waitFor();
  return { page, asked };
}

const gallery = page => page.getByRole('banner').getByRole('link', { name: 'Gallery' });

test('a first visit fetches nothing that it does not need', async () => {
  const { page, asked } = await arrive();
  await page.getByRole('link', { name: /^Text to picture/ }).click();
  await page.getByRole('button', { name: /^Create/ }).waitFor();
  await page.waitForLoadState('networkidle');
  assert.equal(asked.count, 0);
});

test('the gallery is on its way before its link is followed, and comes once', async () => {
  const { page, asked } = await arrive();
  const coming = page.waitForRequest(LATER);
  await gallery(page).hover();
  await coming;
  await gallery(page).click();
  await page.getByRole('heading', { name: /^Gallery/ }).waitFor();
  await page.getByRole('link', { name: /to the hall$/ }).click();
  await gallery(page).click();
  await page.getByRole('heading', { name: /^Gallery/ }).waitFor();
  assert.equal(asked.count, 1);
  await sound(page);
});

test('a connection that fails for a moment is not noticed', async () => {
  const { page, asked } = await arrive({ fails: 2 });
  await gallery(page).click();
  await page.getByRole('heading', { name: /^Gallery/ }).waitFor();
  assert.equal(asked.count, 3);
});

test('what does not come is said, and can be asked for again', async () => {
  const { page, asked } = await arrive({ fails: Infinity });
  await gallery(page).click();
  const again = page.getByRole('button', { name: 'Try again' });
  await again.waitFor();
  await accessible(page);
  asked.fails = 0;
  await again.click();
  await page.getByRole('heading', { name: /^Gallery/ }).waitFor();
});

test('a result that cannot be opened is said, and opens at the next try', async () => {
  const run = await shared.visit('text-to-picture');
  await run.ask('A heron in the reeds');
  await run.made(1);
  const { page } = run;
  await page.route(LATER, route => route.abort('connectionfailed'));
  await page.reload();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await accessible(page);
  await page.unroute(LATER);
  await page.getByRole('button', { name: 'Try again' }).click();
  await run.openNewest();
  await run.frame.getByText('A heron in the reeds').first().waitFor();
});
