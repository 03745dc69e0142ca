// Someone writes a prompt, watches it being made, and finds the picture.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, picture, sound } from '../support/audit.mjs';
import { scene } from '../support/scene.mjs';

const { visit } = scene({ args: ['--engine-delay-ms', '60'] });

test('a prompt becomes a picture', async () => {
  const run = await visit('text-to-picture');
  await picture(run.page, 'run-empty-desk-dark');
  await accessible(run.page);

  await run.ask('Dunes at dusk under a low full moon, long violet shadows');
  await run.preview.waitFor();
  await picture(run.page, 'run-painting-desk-dark');
  await accessible(run.page);

  await run.made(1);
  await picture(run.page, 'run-done-desk-dark');
  await accessible(run.page);
  await sound(run.page);
});

test('nodes and previews advance while it is made', async () => {
  const run = await visit('text-to-picture');
  await run.watch();
  await run.ask('A poppy meadow in June, wind from the left');
  const { previews, nodes } = await run.seenUntilMade();
  assert.ok(previews.size > 3, `previews: ${previews.size}`);
  assert.ok(nodes.size > 3, `states of the node strip: ${[...nodes].join(' | ')}`);
});

test('the keyboard alone is enough', async () => {
  const run = await visit('text-to-picture');
  await run.prompt.focus();
  await run.page.keyboard.type('Three birches in October');
  await run.page.keyboard.press('Control+Enter');
  await run.made(1);
  await sound(run.page);
});

test('the frame shows the picture whole, with what made it', async () => {
  const run = await visit('text-to-picture');
  await run.ask('Six ridges in morning mist, one pale sun');
  await run.made(1);
  await run.openNewest();
  await run.frame.getByText('Six ridges in morning mist, one pale sun').first().waitFor();
  await picture(run.page, 'frame-desk-dark');
  await accessible(run.page);

  await run.page.keyboard.press('Escape');
  await run.frame.waitFor({ state: 'hidden' });
  await sound(run.page);
});

for (const size of ['phone', 'tablet', 'desk']) {
  for (const theme of ['dark', 'light']) {
    test(`it fits a ${size} in the ${theme} theme`, async () => {
      const run = await visit('text-to-picture', { size, theme });
      await run.ask('Northern lights over a frozen lake');
      await run.preview.waitFor();
      await picture(run.page, `painting-${size}-${theme}`);
      await run.made(1);
      await picture(run.page, `done-${size}-${theme}`);
      await accessible(run.page);
      await run.openNewest();
      await picture(run.page, `frame-${size}-${theme}`);
      await accessible(run.page);
      await sound(run.page);
    });
  }
}
