// The host's side is a program of its own, beside the one that guests get.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, picture, sound } from '../support/audit.mjs';
import { scene } from '../support/scene.mjs';

const shared = scene();

/** Opens the address and notes which programs come over the wire from now on. */
async function open(address) {
  const page = await shared.person();
  const programs = new Set();
  page.on('request', request => {
    const program = request.url().match(/\/assets\/(\w+)-\w+\.wasm$/);
    if (program) programs.add(program[1]);
  });
  await page.goto(`${shared.house.url}/${address}`);
  return { page, programs };
}

test('the host sees what is published, and how a guest sees it', async () => {
  const { page, programs } = await open('studio');
  await page.getByRole('heading', { name: 'Workflows' }).waitFor();
  await picture(page, 'studio-desk-dark');
  await accessible(page);

  await page.getByRole('link', { name: /^Text to picture/ }).click();
  await page.getByRole('heading', { name: 'Text to picture' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/studio/workflows/text-to-picture');
  await accessible(page);
  await sound(page);
  assert.deepEqual([...programs], ['studio']);

  await page.getByRole('link', { name: 'Open as a guest' }).click();
  await page.getByRole('button', { name: /^Create/ }).waitFor();
  assert.deepEqual([...programs], ['studio', 'page']);
  await page.goBack();
  await page.getByRole('heading', { name: 'Text to picture' }).waitFor();
  await sound(page);
});

test('a guest never downloads the tools of the host', async () => {
  const { page, programs } = await open('');
  await page.getByRole('link', { name: /^Text to picture/ }).click();
  await page.getByRole('button', { name: /^Create/ }).waitFor();
  assert.deepEqual([...programs], ['page']);
});

test('an address of the studio that leads nowhere leads back', async () => {
  const { page } = await open('studio/cellar');
  await page.getByRole('link', { name: 'All workflows' }).click();
  await page.getByRole('heading', { name: 'Workflows' }).waitFor();
  await sound(page);
});
