// What cannot be done is said in words, where it was tried, and harms nobody.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { accessible, picture } from '../support/audit.mjs';
import { House } from '../support/house.mjs';
import { bomb, redOverBlue } from '../support/png.mjs';
import { RunPage } from '../support/run-page.mjs';
import { scene } from '../support/scene.mjs';

const shared = scene();

for (const [what, name, content, told] of [
  ['an empty file', 'empty.png', Buffer.alloc(0), /empty/i],
  ['text called a picture', 'letter.png', Buffer.from('Dear Sir or Madam, '.repeat(20)), /picture|image/i],
  ['a picture cut short', 'cut.png', redOverBlue().subarray(0, 60), /picture|image/i],
  ['a picture of 30,000 × 30,000', 'huge.png', bomb(), /large|big|pixels/i],
]) {
  test(`${what} is refused beside the field`, async () => {
    const run = await shared.visit('picture-to-picture');
    await run.handIn(name, content);
    assert.match(await run.complaint(), told);
    await picture(run.page, `refused-${name.split('.')[0]}`);
    await accessible(run.page);
  });
}

for (const [what, prompt] of [
  ['an empty prompt', ''],
  ['a prompt of 100,000 characters', 'dune '.repeat(20_000)],
]) {
  test(`${what} is refused beside the field`, async () => {
    const run = await shared.visit('text-to-picture');
    await run.ask(prompt);
    assert.match(await run.complaint(), /\w+ \w+/);
    assert.equal(await run.stop.count(), 0);
  });
}

test('a name that climbs out of its folder is only a name', async () => {
  const { page } = await shared.visit('picture-to-picture');
  const answer = await page.request.post(`${shared.house.url}/api/parlor/v1/uploads`, {
    multipart: { file: { name: '../../../x.png', mimeType: 'image/png', buffer: redOverBlue() } },
    headers: { origin: shared.house.url },
  });
  const { name, width } = await answer.json();
  assert.doesNotMatch(name, /\.\.|\//);
  assert.equal(width, 384);
});

test('a backend that is down is said on the stage, and the job waits', async () => {
  const house = await House.open({ args: ['--backend', 'http://127.0.0.1:9'] });
  const run = await new RunPage(await shared.person()).open(house, 'text-to-picture');
  await run.page.getByText(/workshop/i).first().waitFor();
  await picture(run.page, 'closed-desk-dark');
  await accessible(run.page);
  await house.close();
});

test('a backend that answers HTML does no harm', async () => {
  const pretender = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<h1>Hello</h1>'));
  await new Promise(resolve => pretender.listen(0, '127.0.0.1', resolve));
  const house = await House.open({ args: ['--backend', `http://127.0.0.1:${pretender.address().port}`] });
  const run = await new RunPage(await shared.person()).open(house, 'text-to-picture');
  await run.page.getByText(/workshop/i).first().waitFor();
  assert.equal(await house.stop(), 0);
  await house.close();
  pretender.close();
});
