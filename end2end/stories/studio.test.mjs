// The host's side: a program of its own, in which any workflow becomes an app in a minute.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { accessible, picture, sound } from '../support/audit.mjs';
import { RunPage } from '../support/run-page.mjs';
import { scene } from '../support/scene.mjs';
import { Studio, enterAsOwner } from '../support/studio.mjs';

// Behind a proxy nobody is the owner for being near, so there are guests.
const shared = scene({ args: ['--open', '--trusted-proxy', '10.0.0.0/8'] });
const LIGHTHOUSE = join(import.meta.dirname, '../fixtures/lighthouse.json');

/** The host, at an address of the studio. */
async function host(path, wishes) {
  const page = await shared.person(wishes);
  await enterAsOwner(page, shared.house);
  return new Studio(page).open(shared.house, path);
}

/** Opens the address and notes which programs come over the wire from now on. */
async function watch(page, address) {
  const programs = new Set();
  page.on('request', request => {
    const program = request.url().match(/\/assets\/(page|studio)-\w+\.wasm$/);
    if (program) programs.add(program[1]);
  });
  await page.goto(`${shared.house.url}/${address}`);
  return programs;
}

test('a dropped file becomes an app that guests use, and they see only what was exposed', async () => {
  const studio = await host('studio');
  const { page } = studio;
  await page.getByRole('heading', { name: 'Workflows', level: 1 }).waitFor();
  await picture(page, 'studio-desk-dark');
  await accessible(page);

  await studio.drop(LIGHTHOUSE);
  await page.getByRole('button', { name: 'Publish version 1' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/studio/w/lighthouse');

  await page.locator('.slot__main').first().click();
  await studio.set('Label', 'What to paint');
  await studio.preview('What to paint').waitFor();
  await studio.choose('Steps');
  await studio.set('Label', 'Patience');
  await studio.set('To', '12');
  await studio.preview('Patience').first().waitFor({ state: 'attached' });
  await picture(page, 'studio-editor-desk-dark');
  await accessible(page);
  await studio.publish(1);
  await sound(page);

  const guest = new RunPage(await shared.person());
  await guest.open(shared.house, 'lighthouse');
  const asked = await guest.composer.locator('.field__head :is(label, .field__label)').allTextContents();
  const offered = await page.locator('.preview .field__head :is(label, .field__label)').allTextContents();
  assert.deepEqual(asked, offered, 'what the host saw is what the guest gets');
  assert.ok(asked.includes('What to paint') && asked.includes('Patience'), asked.join(', '));
  await guest.page.getByLabel('What to paint').fill('a lighthouse at noon');
  await guest.create.click();
  await guest.made(1);
  await sound(guest.page);
});

test('pictures come in the format that the host chose, and browsers show them', async () => {
  const studio = await host('studio');
  await studio.paste(await readFile(LIGHTHOUSE, 'utf8'));
  const { page } = studio;
  await page.getByRole('button', { name: 'Publish version 1' }).waitFor();
  const slug = new URL(page.url()).pathname.split('/').at(-1);
  await studio.pick('Pictures are saved as', 'AVIF');
  await studio.publish(1);

  const guest = new RunPage(await shared.person());
  await guest.open(shared.house, slug);
  await guest.create.click();
  await guest.made(1);
  const jobs = await (await guest.page.request.get(`${shared.house.url}/api/parlor/v1/jobs`)).json();
  assert.equal(jobs.jobs[0].outputs[0].mime, 'image/avif');
  await sound(guest.page);
});

test('every edit can be undone, and is saved by itself', async () => {
  const studio = await host('studio');
  const { page } = studio;
  await studio.paste(await readFile(LIGHTHOUSE, 'utf8'));
  await page.getByRole('button', { name: 'Publish version 1' }).waitFor();
  await studio.set('Title', 'Beacon');
  await studio.set('Summary', 'Light over water');
  await page.reload();
  await page.getByRole('heading', { name: 'Beacon' }).first().waitFor();
  assert.equal(await studio.setting('Summary').inputValue(), 'Light over water');

  await studio.setting('Summary').fill('Fog');
  await page.keyboard.press('Control+z');
  assert.equal(await studio.setting('Summary').inputValue(), 'Light over water');
  await page.getByRole('button', { name: 'Redo' }).click();
  assert.equal(await studio.setting('Summary').inputValue(), 'Fog');

  const fields = page.locator('.slots .slot b');
  const before = await fields.allTextContents();
  await page.getByRole('button', { name: `Move ${before[0]} down` }).click();
  assert.deepEqual((await fields.allTextContents()).slice(0, 2), [before[1], before[0]]);
  await page.locator('.slot__main').first().click();
  await page.getByRole('button', { name: `Take ${before[1]} out of the form` }).click();
  assert.ok(!(await fields.allTextContents()).includes(before[1]));
  for (const _ of [1, 2]) await page.getByRole('button', { name: 'Undo' }).click();
  assert.deepEqual(await fields.allTextContents(), before);
  await studio.saved();
  await sound(page);
});

test('what is typed while the server is busy is kept, even when the editor is left', async () => {
  const studio = await host('studio');
  const { page } = studio;
  await studio.paste(await readFile(LIGHTHOUSE, 'utf8'));
  const button = page.getByRole('button', { name: 'Publish version 1' });
  await button.waitFor();
  const slug = new URL(page.url()).pathname.split('/').at(-1);
  const api = `${shared.house.url}/api/parlor/v1`;

  const publishing = await studio.hold('POST', `**/${slug}/publish`);
  await button.click();
  await publishing.asked;
  await studio.setting('Summary').fill('Typed meanwhile');
  publishing.release();
  await page.getByRole('button', { name: 'Publish version 2' }).waitFor();
  assert.equal(await studio.setting('Summary').inputValue(), 'Typed meanwhile');
  const published = await (await page.request.get(`${api}/workflows/${slug}`)).json();
  assert.notEqual(published.summary, 'Typed meanwhile', 'guests have what was published');

  const saving = await studio.hold('PUT', `**/studio/workflows/${slug}`);
  await studio.setting('Summary').fill('Typed before');
  await saving.asked;
  await studio.setting('Summary').fill('Typed last');
  await page.getByRole('link', { name: 'All workflows' }).click();
  await page.getByRole('heading', { name: 'Workflows', level: 1 }).waitFor();
  const isLast = answer => answer.request().method() === 'PUT'
    && answer.request().postDataJSON().manifest.summary === 'Typed last';
  const last = page.waitForResponse(isLast);
  saving.release();
  assert.equal((await last).status(), 200);
  const bench = await (await page.request.get(`${api}/studio/workflows/${slug}`)).json();
  assert.equal(bench.draft.manifest.summary, 'Typed last');
  await sound(page);
});

test('versions are compared, and an earlier one is a click away', async () => {
  const studio = await host('studio/w/upscale');
  const { page } = studio;
  await studio.set('Title', 'Larger');
  await page.getByRole('button', { name: /^Publish version/ }).click();
  await page.getByText(/^Version \d+ is published\.$/).first().waitFor();

  await page.getByRole('button', { name: 'Versions' }).click();
  const drawer = page.getByRole('dialog', { name: 'Versions' });
  await drawer.getByRole('heading', { name: 'The workflow' }).waitFor();
  assert.match(await drawer.locator('.differences').textContent(), /Larger/);
  await picture(page, 'studio-versions-desk-dark');
  await accessible(page);

  await drawer.getByRole('button', { name: /^Run this one/ }).first().click();
  await page.getByText(/^Guests run version \d+ again\.$/).waitFor();
  const answer = await page.request.get(`${shared.house.url}/api/parlor/v1/workflows/upscale`);
  assert.notEqual((await answer.json()).title, 'Larger');
  await sound(page);
});

test('a file that is no workflow is refused in a sentence', async () => {
  const studio = await host('studio');
  await studio.paste('{"shopping": ["milk"]}');
  const alert = studio.page.getByRole('alert').filter({ hasText: 'workflow.json could not be used' });
  await alert.waitFor();
  assert.ok((await alert.textContent()).length > 'workflow.json could not be used: '.length);
  // The browser itself notes that the server said no.
  studio.page.complaints.length = 0;
  await accessible(studio.page);
});

test('on a phone the panes stand behind each other', async () => {
  const studio = await host('studio/w/text-to-picture', { size: 'phone', theme: 'light' });
  const { page } = studio;
  await page.locator('.slot__main').first().click();
  await page.locator('.pane--one').getByLabel('Label', { exact: true }).waitFor();
  await picture(page, 'studio-field-phone-light');
  await sound(page);
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await page.locator('.preview').getByRole('button', { name: /^Create/ }).waitFor();
  await picture(page, 'studio-preview-phone-light');
  await accessible(page);
  await sound(page);
});

test('a guest neither downloads the tools of the host nor may use them', async () => {
  const page = await shared.person();
  const programs = await watch(page, '');
  await page.getByRole('link', { name: /^Text to picture/ }).click();
  await page.getByRole('button', { name: /^Create/ }).waitFor();
  assert.deepEqual([...programs], ['page']);
  await page.goto(`${shared.house.url}/studio`);
  await page.getByRole('heading', { name: 'The studio is the host’s' }).waitFor();
  await accessible(page);
});

test('an address of the studio that leads nowhere leads back', async () => {
  const { page } = await host('studio/cellar');
  await page.getByRole('link', { name: 'All workflows' }).click();
  await page.getByRole('heading', { name: 'Workflows', level: 1 }).waitFor();
  await sound(page);
});
