// Comfy API v2: both of Comfy's SDKs, as they come from their registries. All they
// are told is a base URL and a key.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { House } from '../support/house.mjs';

const PAINTER = 'parlor-painter.safetensors';

let house;
let key;

before(async () => {
  house = await House.open({ args: ['--engine-delay-ms', '30'] });
  const made = await fetch(`${house.url}/api/parlor/v1/me/keys`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'sdk', scope: 'run' }),
  });
  assert.equal(made.status, 201, await made.clone().text());
  ({ secret: key } = await made.json());
});

after(() => house?.close());

/** Runs a program to its end, which must be a good one. */
async function quickStart(program, script) {
  const env = { ...process.env, COMFY_BASE_URL: house.url, COMFY_API_KEY: key };
  const args = [script, house.data, PAINTER];
  const child = spawn(program, args, { cwd: import.meta.dirname, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk));
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, said);
}

test('comfy-sdk of PyPI runs its quick start', async () => {
  await quickStart(process.env.PARLOR_PYTHON ?? 'python3', 'comfy_sdk_quickstart.py');
});

test('@comfyorg/sdk of npm runs its quick start', async () => {
  await quickStart(process.execPath, 'comfyorg_sdk_quickstart.mjs');
});
