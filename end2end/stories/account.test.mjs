// The account: who one is, what one may, keys, and an end of it all.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, picture, sound } from '../support/audit.mjs';
import { scene } from '../support/scene.mjs';

// Behind a proxy nobody is the owner for being near.
const shared = scene({ args: ['--open', '--trusted-proxy', '10.0.0.0/8', '--registration', '--guest-jobs-per-day', '2'] });
const PASSWORD = 'correct horse battery';
const SMALL = { prompt: 'a red hill', steps: 3, size: { width: 256, height: 256 } };

const api = path => `${shared.house.url}/api/parlor/v1/${path}`;

/** Asks as this page's person. */
function call(page, method, path, data) {
  return page.request.fetch(api(path), { method, data, headers: { origin: shared.house.url } });
}

/** Asks as a program with a key. */
function asProgram(key, path = 'me') {
  return fetch(api(path), { headers: { 'x-api-key': key } });
}

async function makePicture(page) {
  const answer = await call(page, 'POST', 'workflows/text-to-picture/jobs?wait=60', { inputs: SMALL });
  assert.ok(answer.ok(), await answer.text());
}

/** A link of the house, to be opened where the house is reached here. */
function here(url) {
  return `${shared.house.url}/sign-in${new URL(url).hash}`;
}

// The stories of this file are one: what the first leaves behind, the next begins with.
let owner, mia;

test('an owner who came by the link sets a name and a password, and comes in by them', async () => {
  owner = await shared.person();
  await owner.goto(here(shared.house.log.match(/http\S+\/sign-in#link=[\w-]+/)[0]));
  await owner.getByRole('button', { name: 'Enter as the owner' }).click();
  await owner.getByRole('link', { name: 'Account' }).click();
  await owner.getByRole('heading', { name: 'Owner', level: 1 }).waitFor();
  await owner.getByText('Nothing limits you.').waitFor();
  await owner.getByLabel('Name to sign in by').fill('Olga');
  await owner.getByLabel('New password').fill('short');
  await owner.getByRole('button', { name: 'Set the password' }).click();
  await owner.getByRole('alert').filter({ hasText: 'at least 10 characters' }).waitFor();
  await owner.getByLabel('New password').fill(PASSWORD);
  await owner.getByRole('button', { name: 'Set the password' }).click();
  await owner.getByRole('heading', { name: 'Olga', level: 1 }).waitFor();
  await picture(owner, 'account-owner-desk-dark');
  await accessible(owner);

  const elsewhere = await shared.person();
  await elsewhere.goto(`${shared.house.url}/sign-in`);
  await elsewhere.getByLabel('Name', { exact: true }).fill('Olga');
  await elsewhere.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await elsewhere.getByRole('button', { name: 'Sign in' }).click();
  await elsewhere.getByRole('heading', { name: 'Workflows', level: 1 }).waitFor();
});

test('the owner sees where else she is signed in, and ends it', async () => {
  await owner.reload();
  const elsewhere = owner.getByRole('button', { name: /^Sign out Chrome/ });
  await elsewhere.click();
  await owner.getByText('That browser is signed out.').waitFor();
  await elsewhere.waitFor({ state: 'detached' });
});

test('a guest sees what they may before it is too much, and keeps what they made when they come in', async () => {
  mia = await shared.person({ size: 'phone', theme: 'light' });
  await mia.goto(shared.house.url);
  await mia.getByRole('heading', { name: 'What shall we make?' }).waitFor();
  await makePicture(mia);
  await mia.goto(`${shared.house.url}/account`);
  await mia.getByRole('heading', { name: 'You are a guest here' }).waitFor();
  await mia.getByRole('listitem').filter({ hasText: 'Jobs a day' }).getByText('1 of 2').waitFor();
  await mia.getByText('What you make is kept until you delete it.').waitFor();
  await picture(mia, 'account-guest-phone-light');
  await accessible(mia);
  await sound(mia);

  const { url } = await (await call(owner, 'POST', 'admin/invites', {})).json();
  await mia.goto(here(url));
  await mia.getByRole('switch', { name: 'Keep the 1 picture you made here' }).waitFor();
  await mia.getByLabel('Name', { exact: true }).fill('Mia');
  await mia.getByLabel('New password').fill(PASSWORD);
  await picture(mia, 'sign-in-keep-phone-light');
  await accessible(mia);
  await mia.getByRole('button', { name: 'Come in' }).click();
  await mia.getByRole('heading', { name: 'What shall we make?' }).waitFor();
  const jobs = await (await call(mia, 'GET', 'jobs')).json();
  assert.equal(jobs.total, 1, 'the picture is hers now');
});

test('a key lets a program in until it is revoked, and is shown once', async () => {
  await mia.goto(`${shared.house.url}/account`);
  await mia.getByRole('button', { name: 'Make a key' }).click();
  const dialog = mia.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make a key' }).click();
  await dialog.getByRole('alert').filter({ hasText: 'This is needed.' }).waitFor();
  await dialog.getByLabel('What it is for').fill('my shop');
  await dialog.getByRole('alert').waitFor({ state: 'detached' });
  await dialog.getByLabel('Good for').selectOption({ label: '30 days' });
  await picture(mia, 'account-new-key-phone-light');
  await accessible(mia);
  await dialog.getByRole('button', { name: 'Make a key' }).click();
  const secret = dialog.getByLabel('The key itself');
  await secret.waitFor();
  const key = await secret.inputValue();
  assert.match(key, /^plr_[0-9A-Za-z]{36}$/);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  assert.equal(await mia.evaluate(() => navigator.clipboard.readText()), key);
  await dialog.getByRole('button', { name: 'Done' }).click();
  const row = mia.getByRole('listitem').filter({ hasText: 'my shop' });
  await row.getByText('never used').waitFor();
  assert.ok(!(await mia.content()).includes(key), 'it is nowhere any more');

  const answer = await asProgram(key);
  assert.equal(answer.status, 200);
  const { name, account } = await answer.json();
  assert.deepEqual([name, account], ['my shop', null], 'it does not tell whose it is');
  await mia.reload();
  await row.getByText(/last used today/).waitFor();

  await row.getByRole('button', { name: 'Revoke my shop' }).click();
  await row.getByRole('group').getByRole('button', { name: 'Revoke' }).click();
  await mia.getByText('You have no key.').waitFor();
  assert.equal((await asProgram(key)).status, 401, 'it is dead');
  await accessible(mia);
  await sound(mia);
});

test('everything can be taken along, with the files', async () => {
  const link = mia.getByRole('link', { name: 'Take everything along' });
  const [download] = await Promise.all([mia.waitForEvent('download'), link.click()]);
  assert.equal(download.suggestedFilename(), 'parlor.zip');
  const archive = await (await call(mia, 'GET', 'me/export.zip')).body();
  assert.equal(archive.subarray(0, 4).toString('latin1'), 'PK\x03\x04');
  assert.match(archive.toString('latin1'), /made\/[0-9a-f-]+\/1-/);
});

test('whoever deletes everything is nobody here any more', async () => {
  const button = mia.getByRole('button', { name: 'Delete everything' });
  await button.click();
  await mia.getByRole('alert').filter({ hasText: 'Write Mia to be sure' }).waitFor();
  await mia.getByLabel('Write Mia to be sure').fill('Mia');
  await button.click();
  await mia.getByRole('heading', { name: 'What shall we make?' }).waitFor();
  const me = await (await call(mia, 'GET', 'me')).json();
  assert.deepEqual([me.role, me.account], ['guest', null]);
  const refused = await call(mia, 'POST', 'session', { name: 'Mia', password: PASSWORD });
  assert.equal(refused.status(), 401);
});
