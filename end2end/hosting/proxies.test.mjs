// What docs/hosting.md says works, works: the proxies run with the files that people copy from there.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as overHttp } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { House } from '../support/house.mjs';
import { png } from '../support/png.mjs';
import { NAME, Proxy, answer, freePort } from '../support/proxy.mjs';

const JSON_TYPE = { 'content-type': 'application/json' };
/** More than this machine's proxies let through unless they are told. */
const LARGE = 5 << 20;
const SIDE = Math.ceil(Math.sqrt(LARGE / 3));
const grains = randomBytes(SIDE * SIDE * 3);
const noise = png(SIDE, SIDE, (x, y) => grains.subarray((y * SIDE + x) * 3, (y * SIDE + x) * 3 + 3));
const REQUESTS = 60;

const small = (steps = 3) =>
  JSON.stringify({ inputs: { prompt: 'A red hill', steps, size: { width: 256, height: 256 } } });

for (const [name, open, base] of [
  ['nginx', at => Proxy.nginx(at), ''],
  ['nginx below a path', at => Proxy.nginx(at, { path: true }), '/art'],
  ['caddy', at => Proxy.caddy(at), ''],
  ['caddy below a path', at => Proxy.caddy(at, { path: true }), '/art'],
]) {
  describe(name, () => {
    const api = `${base}/api/parlor/v1`;
    let house, proxy;

    before(async () => {
      house = await House.open({ port: await freePort(), args: [
        '--public-url', `https://${NAME}${base}`, '--open', '--trusted-proxy', '127.0.0.1',
        '--engine-delay-ms', '100', '--guest-requests', `${REQUESTS}`,
      ] });
      proxy = await open(new URL(house.url).host);
    });
    after(async () => {
      await proxy?.close();
      await house?.close();
    });

    /** A new visitor at an address of their own: the headers that they send. */
    async function visitor(from) {
      const { headers } = await proxy.ask(`${base}/`, { from });
      return { cookie: headers['set-cookie'][0].split(';')[0] };
    }

    // safety 17
    test('the page comes with a cookie that is bound to the host and to https', async () => {
      const page = await proxy.ask(`${base}/`);
      assert.equal(page.status, 200);
      assert.match(await page.text(), new RegExp(`<base href="${base}/">`));
      assert.match(page.headers['set-cookie'][0], /^__Host-\w+=.*; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/);
      assert.match(page.headers['content-security-policy'], /^default-src 'none'/);
    });

    test('who comes by http is sent to https', async () => {
      const sent = await proxy.ask(`${base}/`, { plain: true });
      assert.ok([301, 308].includes(sent.status), `${sent.status}`);
      assert.match(sent.headers.location, new RegExp(`^https://${NAME}`));
    });

    test('a job is run and its picture fetched', async () => {
      const headers = { ...(await visitor()), ...JSON_TYPE, prefer: 'wait=60' };
      const run = await proxy.ask(`${api}/workflows/text-to-picture/jobs`, { method: 'POST', headers, body: small() });
      assert.equal(run.status, 200);
      const job = JSON.parse(await run.text());
      const picture = await proxy.ask(`${base}/${job.outputs[0].url}`, { headers });
      assert.equal(picture.headers['content-type'], 'image/png');
      assert.ok((await picture.text()).length > 1000);
    });

    test('events come while the job runs, and not when it is over', async () => {
      const headers = { ...(await visitor()), ...JSON_TYPE };
      const asked = await proxy.ask(`${api}/workflows/text-to-picture/jobs`, { method: 'POST', headers, body: small(40) });
      const job = JSON.parse(await asked.text());
      const events = await proxy.ask(`${api}/jobs/${job.id}/events`, { headers });
      assert.match(events.headers['content-type'], /^text\/event-stream/);
      await once(events.body, 'data');
      const now = JSON.parse(await (await proxy.ask(`${api}/jobs/${job.id}`, { headers })).text());
      assert.ok(['queued', 'running'].includes(now.status), now.status);
      events.body.destroy();
      await proxy.ask(`${api}/jobs/${job.id}/cancel`, { method: 'POST', headers });
    });

    test('a live view opens', async () => {
      const headers = {
        ...(await visitor()), origin: `https://${NAME}`, connection: 'Upgrade', upgrade: 'websocket',
        'sec-websocket-version': '13', 'sec-websocket-key': randomBytes(16).toString('base64'),
      };
      const { status, socket, head } = await proxy.ask(`${api}/live`, { headers });
      assert.equal(status, 101);
      const said = head.length > 2 ? head : (await once(socket, 'data'))[0];
      assert.equal(said[0], 0x81, 'a text');
      socket.destroy();
    });

    test('a large file passes, and one that is too large is refused', async () => {
      const headers = { ...(await visitor()), 'content-type': 'image/png' };
      assert.ok(noise.length > LARGE);
      const taken = await proxy.ask(`${api}/uploads?name=a.png`, { method: 'POST', headers, body: noise });
      assert.equal(taken.status, 201, await taken.text());
      const huge = { ...headers, 'content-length': 40 << 20 };
      assert.equal((await proxy.ask(`${api}/uploads?name=a.png`, { method: 'POST', headers: huge, body: 'x' })).status, 413);
    });

    // safety 23
    test('another name is not answered', async () => {
      const strange = await proxy.ask(`${base}/`, { name: 'evil.example' });
      const text = await strange.text();
      assert.ok(strange.status === 421 || text === '' || text === 'the rest of the site', `${strange.status} ${text}`);
    });

    // safety 22
    test('an address that somebody writes themselves gains them nothing', async () => {
      const ask = (from, at) =>
        proxy.ask(`${api}/me`, { from, headers: { 'x-forwarded-for': `192.0.2.${at % 250}`, forwarded: `for=192.0.2.${at}` } });
      const straight = at => answer(overHttp(`${house.url}${api}/me`, {
        localAddress: '127.0.0.5', headers: { host: NAME, 'x-forwarded-for': `192.0.2.${at}` }, agent: false,
      }));
      for (const spoof of [at => ask('127.0.0.3', at), straight]) {
        let [status, asked] = [200, 0];
        while (status === 200 && asked <= REQUESTS * 2) ({ status } = await spoof((asked += 1)));
        assert.equal(status, 429);
        assert.ok(asked > REQUESTS / 2, `the ${asked}. was refused`);
      }
      assert.equal((await ask('127.0.0.4', 1)).status, 200, 'somebody else is not concerned');
    });
  });
}
