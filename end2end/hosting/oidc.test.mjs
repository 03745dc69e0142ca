// Signing in at an identity provider: npm's certified oidc-provider, with a page of its own.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';

import { House } from '../support/house.mjs';
import { freePort } from '../support/proxy.mjs';

const API = 'api/parlor/v1';
const PEOPLE = {
  mia: { sub: 'mia', email: 'mia@example.org', email_verified: true, name: 'Mia', preferred_username: 'mia' },
  olga: { sub: 'olga', email: 'Olga@Example.org', email_verified: true, name: 'Olga' },
  namesake: { sub: 'namesake', email: 'second@example.org', email_verified: true, preferred_username: 'mia' },
  stranger: { sub: 'stranger', email: 'stranger@evil.example', email_verified: true },
  liar: { sub: 'liar', email: 'liar@example.org', email_verified: false },
};

let folder, issuer, server, house;

before(async () => {
  const { Provider } = await import(pathToFileURL(process.env.PARLOR_OIDC_PROVIDER));
  const [port, at] = [await freePort(), await freePort()];
  issuer = `http://localhost:${port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'parlor', client_secret: 'a secret of the test',
      redirect_uris: [`http://localhost:${at}/${API}/session/oidc/return`],
    }],
    pkce: { required: () => true },
    claims: { email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => PEOPLE[id] }),
    cookies: { keys: ['only for the test'] },
  });
  server = createServer(provider.callback()).listen(port, 'localhost');
  await once(server, 'listening');
  folder = await mkdtemp(join(tmpdir(), 'parlor-oidc-'));
  await writeFile(join(folder, 'secret'), 'a secret of the test\n');
  house = await House.open({ port: at, args: [
    '--public-url', `http://localhost:${at}`, '--open=false', '--oidc-issuer', issuer, '--oidc-client-id', 'parlor',
    '--oidc-secret-file', join(folder, 'secret'), '--oidc-domain', 'example.org', '--oidc-owner', 'olga@example.org',
  ] });
  house.url = `http://localhost:${at}`;
});
after(async () => {
  await house?.close();
  server?.closeAllConnections();
  server?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** A browser that has cookies and sends forms, and nothing more. */
class Browser {
  #cookies = {};

  async ask(url, form = null) {
    const host = new URL(url).host;
    const own = (this.#cookies[host] ??= new Map());
    const headers = { cookie: [...own].map(pair => pair.join('=')).join('; ') };
    const body = form && new URLSearchParams(form);
    const answer = await fetch(url, { method: form ? 'POST' : 'GET', headers, body, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      if (/Max-Age=0|expires=Thu, 01 Jan 1970/i.test(line)) own.delete(name);
      else own.set(name, value);
    }
    const to = answer.headers.get('location');
    return { status: answer.status, to: to && new URL(to, url).href, text: await answer.text() };
  }

  /** Follows where it is sent, until it is sent nowhere or `stop` says so. */
  async follow(url, { stop = () => false, form = null } = {}) {
    let at = await this.ask(url, form);
    while (at.to && !stop(at.to)) at = await this.ask(at.to);
    return at;
  }

  /** Signs in at the provider; the address that it is sent back to. */
  async wayBack(login) {
    const back = url => url.startsWith(`${house.url}/${API}/session/oidc/return`);
    let page = await this.follow(`${house.url}/${API}/session/oidc`, { stop: back });
    for (const prompt of ['login', 'consent']) {
      if (page.to) break;
      const [, action] = page.text.match(/<form[^>]+action="([^"]+)"/);
      page = await this.follow(new URL(action, issuer).href, { stop: back, form: { prompt, login, password: 'x' } });
    }
    assert.ok(page.to, page.text);
    return page.to;
  }

  async signIn(login) {
    return this.ask(await this.wayBack(login));
  }

  async me() {
    const { status, text } = await this.ask(`${house.url}/${API}/me`);
    return status === 200 ? JSON.parse(text) : null;
  }
}

// safety 15
test('who is known there comes in here, as the same person each time', async () => {
  const browser = new Browser();
  const entered = await browser.signIn('mia');
  assert.deepEqual([entered.status, entered.to], [303, `${house.url}/`], entered.text);
  const mia = await browser.me();
  assert.deepEqual([mia.name, mia.role], ['mia', 'member']);
  const another = new Browser();
  await another.signIn('mia');
  assert.equal((await another.me()).id, mia.id);
});

test('who has a name that somebody has is not them', async () => {
  const [mia, namesake] = [new Browser(), new Browser()];
  await mia.signIn('mia');
  await namesake.signIn('namesake');
  assert.equal((await namesake.me()).name, 'mia 2');
  assert.notEqual((await namesake.me()).id, (await mia.me()).id);
});

test('the owner that the configuration names is the owner', async () => {
  const browser = new Browser();
  await browser.signIn('olga');
  assert.equal((await browser.me()).role, 'owner');
});

// safety 15
test('whose address is another, or not made sure of, does not come in', async () => {
  for (const login of ['stranger', 'liar']) {
    const browser = new Browser();
    const refused = await browser.signIn(login);
    assert.deepEqual([refused.status, refused.to], [303, `${house.url}/sign-in#refused=not-ours`], refused.text);
    assert.equal(await browser.me(), null);
  }
});

// safety 18
test('nobody is signed in by the way back of somebody else', async () => {
  const begin = `${house.url}/sign-in#refused=begin`;
  const [attacker, victim] = [new Browser(), new Browser()];
  const back = await attacker.wayBack('mia');
  assert.equal((await victim.ask(back)).to, begin);
  assert.equal(await victim.me(), null);
  // Nor with another attempt of their own.
  await victim.ask(`${house.url}/${API}/session/oidc`);
  assert.equal((await victim.ask(back)).to, begin);
  assert.equal(await victim.me(), null);
  assert.equal((await attacker.ask(back)).to, `${house.url}/`);
  // A code is worth something once.
  assert.equal((await attacker.ask(back)).to, begin);
});

test('whoever says no at the provider is told so on a page', async () => {
  const browser = new Browser();
  const left = new URL((await browser.ask(`${house.url}/${API}/session/oidc`)).to);
  const back = `${house.url}/${API}/session/oidc/return?error=access_denied&state=${left.searchParams.get('state')}`;
  assert.equal((await browser.ask(back)).to, `${house.url}/sign-in#refused=not-known`);
  assert.equal(await browser.me(), null);
});
