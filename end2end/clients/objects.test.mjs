// The serverless door's object store: s3rver, an S3 of npm, as it comes.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import S3rver from 's3rver';

import { House } from '../support/house.mjs';

const KEY = 'S3RVER';
let house;
let store;
let folder;
let endpoint;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parlor-objects-'));
  const buckets = [{ name: 'pictures' }, { name: 'others' }];
  store = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory: folder, configureBuckets: buckets });
  const { port } = await store.run();
  endpoint = `http://127.0.0.1:${port}`;
  const secret = join(folder, 'secret');
  await writeFile(secret, `${KEY}\n`);
  house = await House.open({
    config: `
      [object_store]
      endpoint = "${endpoint}"
      bucket = "pictures"
      key = "${KEY}"
      secret_file = "${secret}"
      path_style = true
    `,
  });
});

after(async () => {
  await house?.close();
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

const saves = nodes => ({
  ...nodes,
  9: { class_type: 'SaveImage', inputs: { images: [String(Object.keys(nodes).at(-1)), 0], filename_prefix: 'x' } },
});
const empty = color =>
  saves({ 1: { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color } } });
const inverts = image =>
  saves({
    1: { class_type: 'LoadImage', inputs: { image } },
    2: { class_type: 'ImageInvert', inputs: { image: ['1', 0] } },
  });

async function run(graph, query = 'output_oss=true') {
  const answer = await fetch(`${house.url}/api/serverless/run?${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(graph),
  });
  return [answer.status, await answer.json()];
}

/** Runs a graph that must end well; its first result. */
async function made(graph, query) {
  // Until its engine has said which nodes there are, a house takes no graph.
  for (;;) {
    const [status, body] = await run(graph, query);
    if (status === 503) continue;
    assert.equal(status, 200, JSON.stringify(body));
    return body.data.results[0].output;
  }
}

/** What AWS's documentation says the signature of this link is (Signature Version 4, query string). */
function signature(url) {
  const { host, pathname, searchParams: query } = new URL(url);
  const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
  const hash = text => createHash('sha256').update(text).digest('hex');
  const encoded = text => encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const pairs = [...query].filter(([name]) => name !== 'X-Amz-Signature');
  const canonical = pairs.map(pair => pair.map(encoded).join('=')).sort().join('&');
  const request = ['GET', pathname, canonical, `host:${host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const scope = query.get('X-Amz-Credential').split('/').slice(1);
  const text = ['AWS4-HMAC-SHA256', query.get('X-Amz-Date'), scope.join('/'), hash(request)].join('\n');
  return createHmac('sha256', scope.reduce(hmac, `AWS4${KEY}`)).update(text).digest('hex');
}

test('results lie in the object store, under links that are signed and end', async () => {
  const { oss, filename } = await made(empty(255));
  assert.deepEqual([oss.region, oss.bucket], ['us-east-1', 'pictures'], JSON.stringify(oss));
  assert.match(oss.object, /^serverless-api-output\/[0-9a-f-]{36}\.png$/);
  const picture = await fetch(oss.url);
  assert.equal(picture.headers.get('content-type'), 'image/png');
  const bytes = Buffer.from(await picture.arrayBuffer());
  assert.equal(bytes.subarray(1, 4).toString(), 'PNG', filename);
  assert.equal(new URL(oss.url).searchParams.get('X-Amz-Signature'), signature(oss.url));
  assert.equal(new URL(oss.url).searchParams.get('X-Amz-Expires'), String(24 * 60 * 60));
  const hours = (Date.parse(oss.expires) - Date.now()) / 3_600_000;
  assert.ok(hours > 23.9 && hours <= 24, oss.expires);
});

test('a graph reads objects of the bucket, by either way of naming them', async () => {
  const { oss } = await made(empty(16_711_680));
  const bytes = Buffer.from(await (await fetch(oss.url)).arrayBuffer());
  const place = `${endpoint}/pictures/input/red.png`;
  assert.equal((await fetch(place, { method: 'PUT', body: bytes })).status, 200);
  const host = endpoint.replace('http://', '');
  const pictures = [];
  for (const image of ['s3://pictures/input/red.png', `oss://pictures.${host}/input/red.png`, `s3://pictures/${oss.object}`]) {
    const { base64 } = await made(inverts(image), 'output_base64=true');
    const png = Buffer.from(base64, 'base64');
    // Without the graph, which names what it read.
    pictures.push(png.subarray(png.lastIndexOf('IDAT')).toString('hex'));
  }
  assert.equal(new Set(pictures).size, 1, 'they are the same picture');
});

// safety 12
test('a graph reads nothing that lies elsewhere, or is not there', async () => {
  assert.equal((await fetch(`${endpoint}/others/a.png`, { method: 'PUT', body: 'secret' })).status, 200);
  for (const image of [
    's3://others/a.png',
    's3://pictures/../others/a.png',
    's3://pictures/none.png',
    `s3://pictures/serverless-api-output/${crypto.randomUUID()}.png`,
  ]) {
    const [status, body] = await run(inverts(image));
    assert.equal(status, 400, `${image}: ${JSON.stringify(body)}`);
    const said = JSON.stringify(body);
    assert.ok(!said.includes('Signature') && !said.includes('secret'), said);
  }
});

test('a store that is down loses no result, and has it when it is back', async () => {
  const { port } = new URL(endpoint);
  await store.close();
  const task = 'while-it-was-down';
  const begun = await fetch(`${house.url}/api/serverless/run?output_oss=true`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Fc-Invocation-Type': 'Async', 'X-Fc-Trace-Id': task },
    body: JSON.stringify(empty(65_280)),
  });
  assert.equal(begun.status, 202);
  const status = async () => (await fetch(`${house.url}/api/serverless/status?task_id=${task}`)).json();
  const last = async () => {
    for (;;) {
      const message = (await status()).at(-1);
      if (message.type === 'serverless_api') return message.data.results[0].output.oss;
    }
  };
  const down = await last();
  assert.ok(down.error && !down.url, JSON.stringify(down));
  store = new S3rver({ port: Number(port), address: '127.0.0.1', silent: true, directory: folder });
  await store.run();
  const { url } = await last();
  assert.equal((await fetch(url)).status, 200);
  assert.ok(!house.log.includes('Signature'), 'no link stands in the log');
});
