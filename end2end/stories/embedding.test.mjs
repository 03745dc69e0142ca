// A page on another site frames a workflow; a site that is not on the list cannot.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { accessible, picture } from '../support/audit.mjs';
import { launch, person } from '../support/browser.mjs';
import { House } from '../support/house.mjs';

/** A site of somebody else: one page that frames `address`. */
async function site(address) {
  const html = `<!doctype html><html lang="en"><title>A blog</title><h1>A blog</h1>
    <iframe title="Make a picture" src="${address}" width="420" height="760"></iframe>`;
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// safety 17, 21
test('a listed site frames the page and gets a picture', async () => {
  const blog = await site('about:blank');
  const house = await House.open({ args: ['--embed-origin', blog.url] });
  const page = await person(browser);
  await page.goto(blog.url);
  await page.getByTitle('Make a picture').evaluate((frame, url) => { frame.src = url; }, `${house.url}/embed/text-to-picture`);
  const frame = page.frameLocator('iframe');
  await frame.getByRole('textbox', { name: 'Prompt' }).fill('Two arches and a sun, cut paper');
  await frame.getByRole('button', { name: /^Create/ }).click();
  await frame.getByText('Ready').waitFor({ timeout: 60_000 });
  await frame.getByRole('img', { name: 'Two arches and a sun, cut paper' }).waitFor();
  await picture(page, 'embed-desk-dark');
  await accessible(page);
  await house.close();
  blog.close();
});

// safety 21
test('an unlisted site cannot frame it', async () => {
  const house = await House.open();
  const stranger = await site(`${house.url}/embed/text-to-picture`);
  const page = await person(browser);
  await page.goto(stranger.url);
  const refused = page.complaints.some(text => /frame-ancestors|X-Frame-Options/i.test(text));
  assert.ok(refused, page.complaints.join('\n'));
  assert.equal(await page.frameLocator('iframe').getByRole('button').count(), 0);
  await house.close();
  stranger.close();
});
