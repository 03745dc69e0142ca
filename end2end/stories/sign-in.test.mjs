// The door: one-time links, and the name and the password of an account.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, picture, sound } from '../support/audit.mjs';
import { scene } from '../support/scene.mjs';

// Behind a proxy nobody is the owner for being near. Guests may come in, but not into the studio.
const shared = scene({ args: ['--open', '--trusted-proxy', '10.0.0.0/8'] });
const ADA = { name: 'Ada', password: 'correct horse battery' };

/** The link that the house printed for its owner. */
function ownersLink() {
  const link = shared.house.log.match(/http\S+\/sign-in#link=[\w-]+/)?.[0];
  assert.ok(link, `the house wrote no link for its owner:\n${shared.house.log}`);
  return link;
}

async function fill(page, { name, password }) {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel(/^(New p|P)assword$/).fill(password);
}

/** Who the house takes this person for. */
async function me(page) {
  return (await page.request.get(`${shared.house.url}/api/parlor/v1/me`)).json();
}

// The stories of this file are one: what the first leaves behind, the next begins with.
let owner;

test('the link that the house prints makes its reader the owner', async () => {
  owner = await shared.person();
  await owner.goto(ownersLink());
  const enter = owner.getByRole('button', { name: 'Enter as the owner' });
  await enter.waitFor();
  assert.equal(owner.url(), `${shared.house.url}/sign-in`, 'the token is not left in the address');
  await picture(owner, 'sign-in-owner-desk-dark');
  await accessible(owner);
  await enter.click();
  await owner.getByRole('heading', { name: 'Workflows', level: 1 }).waitFor();
  assert.equal(new URL(owner.url()).pathname, '/studio');
  assert.equal((await me(owner)).role, 'owner');
  await sound(owner);
});

test('a link that was used says so, and what to do', async () => {
  const page = await shared.person();
  await page.goto(ownersLink());
  await page.getByRole('heading', { name: 'This link is no longer good' }).waitFor();
  assert.equal(page.url(), `${shared.house.url}/sign-in`);
  await accessible(page);
  await page.getByRole('button', { name: 'Sign in with a password' }).click();
  await page.getByLabel('Password', { exact: true }).waitFor();
  assert.equal((await me(page)).role, 'guest');
});

test('whoever an identity provider sends back without a way in reads why', async () => {
  const page = await shared.person();
  await page.goto(`${shared.house.url}/sign-in#refused=not-ours`);
  await page.getByRole('alert').getByText('people of certain mail addresses only').waitFor();
  assert.equal(page.url(), `${shared.house.url}/sign-in`, 'it is said once');
  await picture(page, 'sign-in-refused-desk-dark');
  await accessible(page);
});

test('an invited guest becomes a member, who signs out and in again', async () => {
  const address = `${shared.house.url}/api/parlor/v1/admin/invites`;
  const answer = await owner.request.post(address, { data: {}, headers: { origin: shared.house.url } });
  assert.ok(answer.ok(), await answer.text());
  const { url } = await answer.json();

  const page = await shared.person({ size: 'phone', theme: 'light' });
  // The house may be told another address than the one it is reached by here.
  await page.goto(`${shared.house.url}/sign-in${new URL(url).hash}`);
  await page.getByRole('heading', { name: 'You are invited' }).waitFor();
  await fill(page, { ...ADA, password: '' });
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'This is needed.' }).waitFor();
  await picture(page, 'sign-in-invite-phone-light');
  await accessible(page);
  await sound(page);
  await fill(page, ADA);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'What shall we make?' }).waitFor();
  const { name, role } = await me(page);
  assert.deepEqual({ name, role }, { name: 'Ada', role: 'member' });

  await page.goto(`${shared.house.url}/sign-in`);
  await page.getByRole('heading', { name: 'You are signed in, Ada' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal((await me(page)).role, 'guest');
  await sound(page);
  await fill(page, ADA);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'What shall we make?' }).waitFor();
  assert.equal((await me(page)).name, 'Ada');
});

test('whoever is sent away from the studio can sign in, and a wrong password is told beside it', async () => {
  const page = await shared.person();
  await page.goto(`${shared.house.url}/studio`);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await fill(page, { ...ADA, password: 'wrong horse battery' });
  await page.keyboard.press('Enter');
  await page.locator('form').getByRole('alert').filter({ hasText: 'password is wrong' }).waitFor();
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Ada', 'it need not be written again');
  await picture(page, 'sign-in-wrong-desk-dark');
  await accessible(page);
});
