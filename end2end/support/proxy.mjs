// The proxies of docs/hosting: started with the very files that people copy, on ports of our own.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The name that the files give to the site. */
export const NAME = 'art.example.org';

const docs = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../docs/hosting');
const START_MS = 15_000;

const read = file => readFile(join(docs, file), 'utf8');

/** `text` with every `[from, to]` done; what is not there is a fault of the file or of this test. */
function changed(text, changes) {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`there is no "${from}" in:\n${text}`);
    return text.replaceAll(from, to);
  }, text);
}

/** A port of this machine that nobody listens on. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A proxy in front of the house at `upstream`, a `127.0.0.1:port`. */
export class Proxy {
  static async nginx(upstream, { path = false } = {}) {
    const proxy = await Proxy.#prepare();
    const { folder, port, plain } = proxy;
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const subject = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
      '-days', '1', '-keyout', key, '-out', certificate, ...subject], { stdio: 'ignore' });
    const listens = [
      ['listen [::]:80;', ''], ['listen [::]:443 ssl http2;', ''],
      ['listen 80;', `listen 127.0.0.1:${plain};`], ['listen 443 ssl http2;', `listen 127.0.0.1:${port} ssl http2;`],
      [`/etc/letsencrypt/live/${NAME}/fullchain.pem`, certificate],
      [`/etc/letsencrypt/live/${NAME}/privkey.pem`, key],
    ];
    let site = changed(await read('nginx.conf'), listens);
    if (path) {
      // The same site, with something of its own at its root.
      const root = site.slice(site.lastIndexOf('    location / {'), site.lastIndexOf('}'));
      site = changed(site, [[root, `location / { return 200 "the rest of the site"; }\n${await read('nginx-path.conf')}`]]);
    }
    await writeFile(join(folder, 'site.conf'), changed(site, [['127.0.0.1:8787', upstream]]));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(kind => `${kind}_temp_path ${folder}/${kind};`);
    await writeFile(join(folder, 'nginx.conf'), `daemon off; pid ${folder}/pid; error_log stderr;
      ${process.getuid?.() === 0 ? 'user root;' : ''} events {}
      http { access_log off; ${temporary.join(' ')} include ${folder}/site.conf; }`);
    return proxy.#start('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']);
  }

  static async caddy(upstream, { path = false } = {}) {
    const proxy = await Proxy.#prepare();
    const { folder, port, plain } = proxy;
    const site = changed(await read(path ? 'Caddyfile-path' : 'Caddyfile'), [['127.0.0.1:8787', upstream]]);
    const file = join(folder, 'Caddyfile');
    await writeFile(file, `{
      admin off
      default_bind 127.0.0.1
      http_port ${plain}
      https_port ${port}
      local_certs
      skip_install_trust
    }\n${site}`);
    return proxy.#start('caddy', ['run', '--config', file, '--adapter', 'caddyfile']);
  }

  static async #prepare() {
    const proxy = new Proxy();
    proxy.folder = await mkdtemp(join(tmpdir(), 'parlor-proxy-'));
    [proxy.port, proxy.plain] = [await freePort(), await freePort()];
    return proxy;
  }

  async #start(program, args) {
    this.log = '';
    const env = { ...process.env, HOME: this.folder, XDG_DATA_HOME: this.folder, XDG_CONFIG_HOME: this.folder };
    this.process = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.ended = once(this.process, 'exit');
    for (const output of [this.process.stdout, this.process.stderr]) output.on('data', text => { this.log += text; });
    const late = Date.now() + START_MS;
    while (!(await this.#answers())) {
      if (this.process.exitCode !== null || Date.now() > late) throw new Error(`${program} did not start:\n${this.log}`);
    }
    return this;
  }

  async #answers() {
    try {
      await (await this.ask('/healthz')).text();
      return true;
    } catch {
      await new Promise(resolve => setTimeout(resolve, 20));
      return false;
    }
  }

  /** The head of the answer; `text()` is its whole body, `body` the stream. `plain` asks without https. */
  ask(path, { method = 'GET', headers = {}, body = null, from = '127.0.0.1', name = NAME, plain = false } = {}) {
    const asked = {
      host: '127.0.0.1', port: plain ? this.plain : this.port, servername: NAME, rejectUnauthorized: false,
      localAddress: from, path, method, headers: { host: name, ...headers }, agent: false,
    };
    return answer((plain ? overHttp : overHttps)(asked), body);
  }

  async close() {
    this.process.kill('SIGTERM');
    await this.ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The answer to a request of `node:http`, and the socket when it was upgraded. */
export function answer(request, body = null) {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('upgrade', (response, socket, head) => resolve({ status: response.statusCode, socket, head }));
    request.on('response', response => {
      const text = async () => {
        let all = '';
        for await (const part of response.setEncoding('utf8')) all += part;
        return all;
      };
      resolve({ status: response.statusCode, headers: response.headers, body: response, text });
    });
    request.end(body);
  });
}
