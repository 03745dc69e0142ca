// schemathesis, as it comes from PyPI: whatever it makes of a description, every door answers as the
// description says, refuses in its own form, lets nobody in who shows nothing, and never fails.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';

import { House } from '../support/house.mjs';

const program = process.env.PARLOR_PYTHON ? join(dirname(process.env.PARLOR_PYTHON), 'schemathesis') : 'schemathesis';
// For longer, and other tries each time: PARLOR_SCHEMATHESIS_SECONDS=600.
const longer = process.env.PARLOR_SCHEMATHESIS_SECONDS;
let house;
let key;
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parlor-schemathesis-'));
  // Who waits a second for a picture may be told that it takes longer: that is no fault of a server.
  const expected = '[checks.not_a_server_error]\nexpected-statuses = ["2xx", "3xx", "4xx", "504"]\n';
  await writeFile(join(folder, 'schemathesis.toml'), expected);
  // At home whoever comes is the owner, who makes a key; then the house is one that others reach.
  const home = await House.open();
  const made = await fetch(`${home.url}/api/parlor/v1/me/keys`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'schemathesis', scope: 'admin' }),
  });
  assert.equal(made.status, 201, await made.clone().text());
  key = (await made.json()).secret;
  await home.stop();
  const { port } = new URL(home.url);
  // It asks more often than anybody may, on a machine that is quick enough.
  const args = ['--public-url', home.url, '--open=false', '--guest-requests', '0', '--member-requests', '0'];
  house = await House.open({ args, data: home.data, port });
});
after(async () => {
  await house?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Tries so much of each operation, the same on every machine. */
async function holds(description, tries, more = [], env = {}) {
  const url = more.includes('--url') ? [] : ['--url', house.url];
  const much = longer ? ['--max-time', longer] : ['--max-examples', `${tries}`, '--seed', '1'];
  // What is well formed takes its time to paint: one of these tests has that.
  const phases = more.includes('negative') ? 'coverage,fuzzing' : 'examples,coverage,fuzzing';
  const child = spawn(
    program,
    // What is well formed may be refused all the same: there may be no such thing, or it may not run.
    ['run', description, ...url, '--header', `Authorization: Bearer ${key}`, ...much, '--continue-on-failure',
      '--exclude-checks', 'positive_data_acceptance', '--phases', phases, '--request-timeout', '60', '--warnings', 'off', '--no-color', ...more],
    { cwd: folder, env: { ...process.env, PYTHONPATH: folder, ...env } },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk));
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, said.slice(-12_000));
  assert.match(said, /\b\d+ generated, \d+ passed/, said.slice(-3_000));
}

/** A description that the house tells, as a file. */
async function told(path) {
  const answer = await fetch(`${house.url}/api/parlor/v1/${path}`, { headers: { Authorization: `Bearer ${key}` } });
  assert.equal(answer.status, 200, await answer.clone().text());
  const file = join(folder, `${path.replaceAll('/', '-')}`);
  await writeFile(file, await answer.text());
  return file;
}

test('a workflow refuses whatever its own description does not allow', async () => {
  const description = await told('workflows/text-to-picture/openapi.json');
  const { paths } = JSON.parse(await readFile(description, 'utf8'));
  const path = '/workflows/text-to-picture/jobs';
  assert.ok(paths[path]);
  const url = `${house.url}/api/parlor/v1`;
  await holds(description, 50, ['--url', url, '--include-path', path, '--mode', 'negative']);
});

const contract = name => join(import.meta.dirname, 'contracts', `${name}.json`);

test('Comfy API v2 keeps to its contract', () => holds(contract('comfy-v2'), 30));

test('the Serverless API keeps to what programs know of it', () => holds(contract('serverless'), 50));

for (const [door, name] of [['the recipes', 'recipes'], ["OpenAI's images API", 'openai']]) {
  test(`${door}: whatever is malformed is refused in their own form`, () =>
    holds(contract(name), 50, ['--mode', 'negative']));
}

// Its pieces have a type of their own, which is sent as bytes are; and that a version or a size is
// refused with 412 or 413, as tus has it, is not how schemathesis knows what is malformed.
const TUS = ['begin_upload', 'measure_upload', 'append_upload', 'append_upload_by_post', 'end_upload'];
const PIECES = 'import schemathesis\nschemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")\n';

test('files in pieces keep to their description', async () => {
  const url = `${house.url}/api/parlor/v1`;
  await writeFile(join(folder, 'pieces.py'), PIECES);
  const only = TUS.flatMap(id => ['--include-operation-id', id]);
  const less = ['--exclude-checks', 'positive_data_acceptance,negative_data_rejection'];
  await holds(await told('openapi.json'), 50, ['--url', url, ...only, ...less], { SCHEMATHESIS_HOOKS: 'pieces' });
});

const ENDING = ['revoke_key', 'revoke_any_key'];
// They would end the key, whose id is told beside them.
const APART = [...TUS, ...ENDING, 'delete_me'];
const but = ids => [...new Set(ids)].flatMap(id => ['--exclude-operation-id', id]);

test("Parlor's own door refuses whatever its description does not allow", async () => {
  const url = `${house.url}/api/parlor/v1`;
  const description = await told('openapi.json');
  const operations = Object.values(JSON.parse(await readFile(description, 'utf8')).paths).flatMap(Object.values);
  // Whoever takes nothing refuses nothing. With a name the body of an upload is the file, whatever is in it.
  const idle = operations.filter(one => !one.parameters && !one.requestBody).map(one => one.operationId);
  await holds(description, 5, ['--url', url, ...but([...APART, ...idle, 'upload']), '--mode', 'negative']);
});

// Last: nothing that others need is safe from it.
test("Parlor's own door keeps to its description", async () => {
  const url = `${house.url}/api/parlor/v1`;
  await holds(await told('openapi.json'), 10, ['--url', url, ...but(APART)]);
});

test('keys that are not there are revoked as the description says', async () => {
  const url = `${house.url}/api/parlor/v1`;
  const only = ENDING.flatMap(id => ['--include-operation-id', id]);
  await holds(await told('openapi.json'), 10, ['--url', url, ...only]);
});

test('and whoever deletes themselves is answered as the description says, and gone', async () => {
  const url = `${house.url}/api/parlor/v1`;
  const description = await told('openapi.json');
  await holds(description, 1, ['--url', url, '--include-operation-id', 'delete_me', '--exclude-checks', 'ignored_auth']);
  const answer = await fetch(`${url}/me`, { headers: { Authorization: `Bearer ${key}` } });
  assert.equal(answer.status, 401, await answer.text());
});
