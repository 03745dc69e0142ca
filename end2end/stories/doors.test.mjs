// Whatever a program makes, by the door that it knows, hangs in the gallery of whose it is.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, sound } from '../support/audit.mjs';
import { scene } from '../support/scene.mjs';

const shared = scene();
const SMALL = { steps: 2, width: 256, height: 256 };
const SAVES = {
  1: { class_type: 'EmptyImage', inputs: { width: 256, height: 256, batch_size: 1, color: 255 } },
  9: { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'x' } },
};

test('pictures that other doors made hang in the gallery, and open with what made them', async () => {
  const page = await shared.person();
  await page.goto(shared.house.url);
  await page.getByRole('link', { name: /^Text to picture/ }).waitFor();
  // With the cookie of this browser: the same principal, by three doors of programs.
  const say = async (path, data) => {
    const answer = await page.request.post(`${shared.house.url}/${path}`, { data });
    assert.ok(answer.ok(), await answer.text());
    return answer;
  };
  await say('v1/images/generations', { prompt: 'A ferry at dawn', size: '256x256', steps: 2 });
  await say('api/generate', { prompt: 'A lighthouse in fog', user_id: 'ada', ...SMALL });
  await say('prompt', { prompt: SAVES });

  await page.getByRole('banner').getByRole('link', { name: 'Gallery' }).click();
  await page.getByRole('heading', { name: /^Gallery/ }).waitFor();
  const pictures = page.getByRole('listitem').getByRole('img');
  await pictures.nth(2).waitFor({ timeout: 60_000 });
  await page.waitForFunction(() =>
    [...document.querySelectorAll('li img')].filter(image => image.complete && image.naturalWidth > 0).length === 3);
  for (const prompt of ['A lighthouse in fog', 'A ferry at dawn']) {
    assert.equal(await page.getByRole('img', { name: prompt }).count(), 1, prompt);
  }
  await accessible(page);
  await page.getByRole('listitem').filter({ has: page.getByRole('img', { name: 'A ferry at dawn' }) })
    .getByRole('link').first().click();
  await page.getByRole('dialog').getByText('A ferry at dawn').first().waitFor();
  await sound(page);
});
