// Someone hands in a picture and gets a variation of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, picture, sound } from '../support/audit.mjs';
import { redOverBlue } from '../support/png.mjs';
import { halves } from '../support/run-page.mjs';
import { scene } from '../support/scene.mjs';

const { visit } = scene();

test('a variation resembles the picture handed in', async () => {
  const run = await visit('picture-to-picture');
  await run.handIn('my sketch.png', redOverBlue());
  await run.page.getByText('my sketch.png').first().waitFor();
  await picture(run.page, 'upload-desk-dark');
  await accessible(run.page);

  await run.ask('Thick oil paint');
  await run.made(1);
  const [above, below] = await halves(run.page, await run.pictures.first().evaluate(image => image.currentSrc));
  assert.ok(above[0] > above[2], `the upper half is still rather red than blue: ${above}`);
  assert.ok(below[2] > below[0], `the lower half is still rather blue than red: ${below}`);
  await picture(run.page, 'variation-desk-dark');
  await sound(run.page);
});

test('a result can be the next input', async () => {
  const run = await visit('text-to-picture');
  await run.ask('A lighthouse on a cliff');
  await run.made(1);
  await run.tiles.first().hover();
  await run.tiles.first().getByRole('button', { name: 'Use as input' }).click();
  await run.page.waitForURL('**/w/picture-to-picture');
  await run.ask('The same in winter');
  await run.made(1);
  await sound(run.page);
});

test('a picture can be made larger', async () => {
  const run = await visit('upscale');
  await run.handIn('small.png', redOverBlue(128, 96));
  await run.create.click();
  await run.made(1);
  await run.openNewest();
  await picture(run.page, 'upscaled-desk-dark');
  await sound(run.page);
});
