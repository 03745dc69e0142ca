// The house, for its owner: who may come in, what goes on, what happened.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accessible, picture, sound } from '../support/audit.mjs';
import { scene } from '../support/scene.mjs';
import { enterAsOwner } from '../support/studio.mjs';

// Behind a proxy nobody is the owner for being near. The engine rests long enough for a job to be stopped.
const shared = scene({
  args: ['--open', '--trusted-proxy', '10.0.0.0/8', '--registration', '--member-jobs-per-day', '1', '--engine-delay-ms', '3000'],
});
const PASSWORD = 'correct horse battery';

/** Asks as this page's person. */
function call(page, method, path, data) {
  const headers = { origin: shared.house.url };
  return page.request.fetch(`${shared.house.url}/api/parlor/v1/${path}`, { method, data, headers });
}

async function signIn(page, name) {
  await page.goto(`${shared.house.url}/sign-in`);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const row = (page, text) => page.getByRole('listitem').filter({ hasText: text });

// The stories of this file are one: what the first leaves behind, the next begins with.
let owner, mia, ada;

test('the owner invites somebody by a link, who becomes a member with what it grants', async () => {
  owner = await shared.person();
  await enterAsOwner(owner, shared.house);
  await owner.goto(`${shared.house.url}/admin`);
  await owner.getByRole('button', { name: 'Invite somebody' }).click();
  const dialog = owner.getByRole('dialog');
  await dialog.getByRole('switch', { name: /publish workflows/ }).check();
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  const link = dialog.getByLabel('The link');
  await link.waitFor();
  await picture(owner, 'admin-invite-desk-dark');
  await accessible(owner);
  const url = await link.inputValue();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await owner.getByRole('button', { name: /^Take back/ }).waitFor();

  mia = await shared.person();
  await mia.goto(`${shared.house.url}/sign-in${new URL(url).hash}`);
  await mia.getByLabel('Name', { exact: true }).fill('Mia');
  await mia.getByLabel('New password').fill(PASSWORD);
  await mia.getByRole('button', { name: 'Come in' }).click();
  await mia.getByRole('heading', { name: 'What shall we make?' }).waitFor();
  assert.equal((await (await call(mia, 'GET', 'me')).json()).studio, true);
  await owner.reload();
  await row(owner, 'Mia').getByText(/publish workflows/).waitFor();
  await sound(owner);
});

test('whoever asks for an account comes in once the owner has let them', async () => {
  ada = await shared.person({ size: 'phone' });
  await ada.goto(`${shared.house.url}/sign-in`);
  await ada.getByRole('button', { name: 'Ask for an account' }).click();
  await ada.getByRole('heading', { name: 'An account here' }).waitFor();
  await ada.getByLabel('Name', { exact: true }).fill('Ada');
  await ada.getByLabel('New password').fill(PASSWORD);
  await picture(ada, 'sign-in-register-phone-dark');
  await accessible(ada);
  await ada.getByRole('button', { name: 'Ask for an account' }).click();
  await ada.getByRole('heading', { name: 'You have asked' }).waitFor();
  await sound(ada);

  await owner.reload();
  await owner.getByRole('heading', { name: 'Ask to come in' }).waitFor();
  await picture(owner, 'admin-people-desk-dark');
  await accessible(owner);
  await owner.getByRole('button', { name: 'Let in Ada' }).click();
  await owner.getByText('Ada may come in.').waitFor();
  await owner.getByRole('heading', { name: 'Ask to come in' }).waitFor({ state: 'detached' });
  await signIn(ada, 'Ada');
  await ada.getByRole('heading', { name: 'What shall we make?' }).waitFor();
});

test('a member has no business in the house', async () => {
  await ada.goto(`${shared.house.url}/admin/keys`);
  await ada.getByRole('heading', { name: 'This is for the owner of the house' }).waitFor();
  await accessible(ada);
  await sound(ada);
});

test('the owner changes what somebody may, and shuts them out and lets them in again', async () => {
  const dialog = owner.getByRole('dialog');
  await owner.getByRole('button', { name: 'Change Ada' }).click();
  await dialog.getByRole('switch', { name: /run graphs/ }).check();
  await accessible(owner);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row(owner, 'Ada').getByText(/run graphs/).waitFor();

  await owner.getByRole('button', { name: 'Change Ada' }).click();
  await dialog.getByRole('button', { name: 'Shut out' }).click();
  await dialog.getByRole('group').getByRole('button', { name: 'Shut out' }).click();
  await row(owner, 'Ada').getByText('shut out').waitFor();
  assert.equal((await (await call(ada, 'GET', 'me')).json()).role, 'guest', 'she is signed out');
  await owner.getByRole('button', { name: 'Change Ada' }).click();
  await dialog.getByRole('button', { name: 'Let in again' }).click();
  await row(owner, 'Ada').getByText('shut out').waitFor({ state: 'detached' });
});

test('the owner gives a link to whoever forgot their password', async () => {
  await owner.getByRole('button', { name: 'Change Mia' }).click();
  const dialog = owner.getByRole('dialog');
  await dialog.getByRole('button', { name: 'A link for a new password' }).click();
  const link = dialog.getByLabel('The link');
  await link.waitFor();
  assert.match(await link.inputValue(), /\/sign-in#link=/);
  await dialog.getByRole('button', { name: 'Close' }).click();
});

test('the owner sees what runs, and stops it', async () => {
  const job = await (await call(mia, 'POST', 'workflows/text-to-picture/jobs', { inputs: { prompt: 'a secret wish' } })).json();
  await owner.getByRole('link', { name: 'Jobs', exact: true }).click();
  await owner.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor();
  const running = row(owner, 'Mia');
  await running.getByText('text-to-picture').waitFor();
  assert.ok(!(await owner.content()).includes('secret'), 'what was asked for is hers alone');
  await picture(owner, 'admin-jobs-desk-dark');
  await accessible(owner);
  await owner.getByRole('button', { name: 'Stop text-to-picture of Mia' }).click();
  await owner.getByText('The job is being stopped.').waitFor();
  const isOver = async () => (await (await call(mia, 'GET', `jobs/${job.id}`)).json()).status === 'canceled';
  while (!(await isOver())) await owner.waitForTimeout(100);
});

test('the owner sees who has used up a limit', async () => {
  const refused = await call(mia, 'POST', 'workflows/text-to-picture/jobs', { inputs: { prompt: 'one more' } });
  assert.equal(refused.status(), 429);
  await owner.goto(`${shared.house.url}/admin/limits`);
  await row(owner, 'Jobs a day').getByText('1 of 1').waitFor();
  const lately = owner.getByRole('region', { name: 'Refused lately' });
  await lately.getByRole('listitem').filter({ hasText: 'Mia' }).getByText(/Jobs a day/).waitFor();
  await picture(owner, 'admin-limits-desk-dark');
  await accessible(owner);
  await sound(owner);
});

test('the owner reads what happened, by kind and by person, and ends what is not to go on', async () => {
  const made = await (await call(mia, 'POST', 'me/keys', { name: 'my shop', scope: 'read' })).json();
  const asProgram = () => fetch(`${shared.house.url}/api/parlor/v1/me`, { headers: { 'x-api-key': made.secret } });
  assert.equal((await asProgram()).status, 200);
  await owner.getByRole('link', { name: 'Keys', exact: true }).click();
  await owner.getByRole('button', { name: /^Revoke my shop/ }).click();
  await owner.getByRole('group').getByRole('button', { name: 'Revoke' }).click();
  await owner.getByText('Nobody has made a key.').waitFor();
  assert.equal((await asProgram()).status, 401, 'it is dead');

  await owner.getByRole('link', { name: 'Log', exact: true }).click();
  await row(owner, /revoked a key · my shop/i).waitFor();
  await owner.getByLabel('Who', { exact: true }).selectOption({ label: 'Mia' });
  await row(owner, /revoked a key/i).waitFor({ state: 'detached' });
  await row(owner, /used a key/i).waitFor();
  await owner.getByLabel('What happened').selectOption({ label: 'made a key' });
  await row(owner, /used a key/i).waitFor({ state: 'detached' });
  assert.equal(await row(owner, /made a key · my shop/i).count(), 1);
  await picture(owner, 'admin-log-desk-dark');
  await accessible(owner);

  await owner.getByRole('link', { name: 'Sessions', exact: true }).click();
  await owner.getByRole('button', { name: /^Sign out Mia/ }).click();
  await owner.getByText('That browser is signed out.').waitFor();
  assert.equal((await (await call(mia, 'GET', 'me')).json()).role, 'guest');
  await sound(owner);
});

for (const size of ['phone', 'tablet']) {
  test(`every part of the house fits on a ${size}`, async () => {
    const page = await shared.person({ size, theme: 'light' });
    await page.context().addCookies(await owner.context().cookies());
    for (const part of ['', '/keys', '/sessions', '/jobs', '/limits', '/log']) {
      await page.goto(`${shared.house.url}/admin${part}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status').filter({ hasText: 'Loading' }).waitFor({ state: 'detached' });
      await picture(page, `admin${part.replace('/', '-')}-${size}-light`);
      await accessible(page);
      await sound(page);
    }
  });
}
